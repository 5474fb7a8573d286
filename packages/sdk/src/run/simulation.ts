import { type ProcedureErrorCode, procedureCodes } from '@restage/errors';

/** A code that `uploads.create` can fail with, but `generations.start` can't. */
type UploadCode = Exclude<ProcedureErrorCode<'uploads.create'>, ProcedureErrorCode<'generations.start'>>;

/** Whether a simulated code must be sent with the uploads, because the start can't fail with it. */
export function isUploadCode(simulate: string | undefined): simulate is UploadCode {
  const hasCode = (name: 'uploads.create' | 'generations.start') =>
    procedureCodes[name].some((code) => code === simulate);
  return hasCode('uploads.create') && !hasCode('generations.start');
}
