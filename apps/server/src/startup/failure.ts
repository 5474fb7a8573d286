import type { FailureValue } from '@restage/errors';

/** Why a server can't start. The message is one line for the operator. */
export type StartupFailure = FailureValue<
  | 'INVALID_SETTING'
  | 'ADDRESS_UNUSABLE'
  | 'DATABASE_UNUSABLE'
  | 'DATABASE_IN_USE'
  | 'DATABASE_REQUIRED'
  | 'SECRET_REQUIRED'
  | 'DIRECTORY_UNWRITABLE'
  | 'MATTE_MODEL_UNUSABLE'
>;
