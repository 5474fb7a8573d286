import type { CodesOfResult } from '../call.ts';
import { createClientError } from '../errors/client-error.ts';
import type { CallOptions, Settings } from '../options.ts';
import { err } from '../result.ts';
import type { Caller } from '../transport/caller.ts';
import { type PreparedUpload, prepareUpload, type Uploadable } from './prepare.ts';
import { type PutOptions, putBytes } from './put.ts';

/** The codes that uploading a file can fail with. */
export type UploadErrorCode = CodesOfResult<ReturnType<typeof upload>>;

/** Options of an upload. `simulate` applies to its creation. */
export interface UploadOptions extends PutOptions, CallOptions<'uploads.create'> {}

/** What uploading needs. */
export interface UploadContext {
  readonly settings: Settings;
  readonly call: Caller;
}

/** Uploads a file: creates an upload, then sends the bytes to its signed URL. */
export async function upload(context: UploadContext, uploadable: Uploadable, options: UploadOptions = {}) {
  const prepared = await prepareUpload(uploadable, options.signal);
  if (!prepared.ok) return prepared;
  if ('blob' in prepared.value) return uploadPrepared(context, prepared.value, options);
  const message = `${uploadable} is a URI. Pass it to a job directly; only files, bytes and streams are uploaded.`;
  return err(createClientError('FILE_FAILED', message));
}

/** {@link upload}, for bytes that have been prepared. */
export async function uploadPrepared(
  { call, settings }: UploadContext,
  { filename, blob }: Extract<PreparedUpload, { blob: Blob }>,
  options: UploadOptions,
) {
  const { onProgress: _, ...callOptions } = options;
  const upload = await call('uploads.create', { filename }, callOptions);
  if (!upload.ok) return upload;
  const put = await putBytes(settings, upload.value, blob, options);
  return put.ok ? upload : put;
}
