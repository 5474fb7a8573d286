import type { CodesOfResult } from '../call.ts';
import { clientError } from '../errors/client-error.ts';
import type { CallOptions, Settings } from '../options.ts';
import { err } from '../result.ts';
import type { Caller } from '../transport/transport.ts';
import { type Footage, type PreparedFootage, prepareFootage } from './footage.ts';
import { type PutOptions, putUpload } from './put.ts';

/** The codes that making an upload of footage can end with. */
export type SendErrorCode = CodesOfResult<ReturnType<typeof sendUpload>>;

/** How to make an upload and send its bytes. What is simulated is asked of the making. */
export interface SendOptions extends PutOptions, CallOptions<'uploads.create'> {}

/** What sending needs. */
export interface SendContext {
  readonly settings: Settings;
  readonly call: Caller;
}

/** Makes an upload of footage: asks for a URL, and PUTs the bytes there. */
export async function sendUpload(context: SendContext, footage: Footage, options: SendOptions = {}) {
  const prepared = await prepareFootage(footage, options.signal);
  if (!prepared.ok) return prepared;
  if ('blob' in prepared.value) return sendPrepared(context, prepared.value, options);
  const message = `${footage} is a URI, which a job takes as it is; there is nothing to upload.`;
  return err(clientError('FILE_FAILED', message));
}

/** {@link sendUpload}, for bytes that have been looked at. */
export async function sendPrepared(
  { call, settings }: SendContext,
  { filename, blob }: Extract<PreparedFootage, { blob: Blob }>,
  options: SendOptions,
) {
  const { onProgress: _, ...callOptions } = options;
  const upload = await call('uploads.create', { filename }, callOptions);
  if (!upload.ok) return upload;
  const put = await putUpload(settings, upload.value, blob, options);
  return put.ok ? upload : put;
}
