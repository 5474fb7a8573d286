import type { Call } from '../call.ts';
import type { CallErrorCode } from '../errors/client-codes.ts';
import { clientError } from '../errors/client-error.ts';
import type { CallOptions, Settings } from '../options.ts';
import type { Caller } from '../transport/transport.ts';
import type { Upload } from '../wire.ts';
import { type Footage, type PreparedFootage, prepareFootage } from './footage.ts';
import { type PutErrorCode, type PutOptions, putUpload } from './put.ts';

/** The codes that making an upload of footage can end with. */
export type SendErrorCode = CallErrorCode<'uploads.create'> | PutErrorCode | 'FILE_FAILED';

/** How to make an upload and send its bytes. */
export interface SendOptions extends PutOptions, CallOptions {}

/** What sending needs. */
export interface SendContext {
  readonly settings: Settings;
  readonly call: Caller;
}

/** Makes an upload of footage: asks for a URL, and PUTs the bytes there. */
export function sendUpload(
  context: SendContext,
  footage: Footage,
  options: SendOptions = {},
): Call<Upload, SendErrorCode> {
  return send(context, footage, options);
}

async function send(context: SendContext, footage: Footage, options: SendOptions): Promise<Upload> {
  const prepared = await prepareFootage(footage, options.signal);
  if ('blob' in prepared) return sendPrepared(context, prepared, options);
  throw clientError(
    'FILE_FAILED',
    `${footage} is a URI, which a job takes as it is; there is nothing to upload.`,
  );
}

/** {@link sendUpload}, for bytes that have been looked at. */
export async function sendPrepared(
  { call, settings }: SendContext,
  { filename, blob }: Extract<PreparedFootage, { blob: Blob }>,
  options: SendOptions,
): Promise<Upload> {
  const { onProgress: _, ...callOptions } = options;
  const upload = await call('uploads.create', { filename }, callOptions);
  await putUpload(settings, upload, blob, options);
  return upload;
}
