import { statfs } from 'node:fs/promises';
import { type FailureValue, failWith } from '@restage/errors';

/** Why the embedded database can't be used, as one line for the operator: what is wrong and what mends it. */
export type EmbeddedFailure =
  /** Another server has the directory. */
  | FailureValue<'DATABASE_IN_USE'>
  /** This machine or directory does not allow it. */
  | FailureValue<'DATABASE_UNUSABLE'>;

export const unusable = (message: string) => failWith('DATABASE_UNUSABLE', message);

const sentences = {
  EACCES: (directory) => `The data directory ${directory} is not writable for this user.`,
  EPERM: (directory) => `The data directory ${directory} is not writable for this user.`,
  EROFS: (directory) => `The data directory ${directory} lies on a read-only file system.`,
  ENOSPC: (directory) => `There is no space left on the disk of the data directory ${directory}.`,
  EDQUOT: (directory) => `The disk quota of the data directory ${directory} is used up.`,
  ENOTDIR: (directory) => `The data directory ${directory} is not a directory.`,
  ENOTEMPTY: (directory) =>
    `The data directory ${directory} holds a damaged database: move its folder cluster away.`,
  EEXIST: (directory) => `The data directory ${directory} is not a directory.`,
  '28P01': (directory) => `The database in ${directory} does not accept the password that is kept beside it.`,
} satisfies Record<string, (directory: string) => string>;

const isKnown = (code: string): code is keyof typeof sentences => Object.hasOwn(sentences, code);

/** The failure for what was thrown at work on `directory`, by its code; what is no trouble of the operator's is rethrown. */
export function toEmbeddedFailure(error: unknown, directory: string): EmbeddedFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!isKnown(code)) throw error;
  return unusable(sentences[code](directory));
}

/** The failure for what `initdb` or `postgres` printed before it gave up. */
export async function describeOutput(
  program: string,
  output: string,
  directory: string,
): Promise<EmbeddedFailure> {
  // On a full disk even the log may have stayed empty.
  const { bavail } = await statfs(directory);
  if (bavail === 0 || /No space left on device/.test(output)) return unusable(sentences.ENOSPC(directory));
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const reason = lines.findLast((line) => /\b(FATAL|PANIC|error):/.test(line)) ?? lines.at(-1) ?? 'no output';
  return unusable(`The embedded PostgreSQL did not start. ${program} said: ${reason.trim()}`);
}
