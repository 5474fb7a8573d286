import { type FailureValue, failWith } from '@restage/errors';

/** Why a command on networks failed. The message is for the operator. */
export type NetworkFailure = FailureValue<
  | 'DOWNLOAD_FAILED'
  | 'FILE_UNUSABLE'
  | 'STORAGE_UNUSABLE'
  | 'CHECKSUM_MISMATCH'
  | 'NETWORK_NOT_INSTALLED'
  | 'NETWORK_IN_USE'
  | 'NETWORK_UNUSABLE'
>;

/** The failure to write into the folder of the networks. What was downloaded stays for the next attempt. */
export function storageFailure(directory: string, error: unknown): NetworkFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const isFull = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code);
  return failWith(
    'STORAGE_UNUSABLE',
    isFull
      ? `${directory} has no room left (${code}). Make room and run the command again: it continues where it stopped.`
      : `${directory} can't be written to (${code}).`,
  );
}
