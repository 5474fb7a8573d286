import type { Order } from '../orders.ts';
import type { Http } from './http.ts';
import { makeSource } from './source.ts';

/** An upload, as far as the client has come. */
export interface SourceUpload {
  /** The path that takes the bytes. */
  readonly path: string;
  readonly uri: string;
  isReceived: boolean;
}

/**
 * Uploads the source of an order, or goes on where an earlier call got no answer.
 * @param upload what an earlier call returned
 */
export async function uploadSource(
  http: Http,
  apiKey: string,
  order: Order,
  upload: SourceUpload | undefined,
): Promise<SourceUpload | undefined> {
  const current = upload ?? (await createUpload(http, apiKey));
  if (!current || current.isReceived) return current;
  const bytes = makeSource(order);
  if (!upload && order.isUploadBrokenOff) await http.breakOff(current.path, bytes);
  const answer = await http.send(current.path, { method: 'PUT', body: new Uint8Array(bytes) });
  current.isReceived = answer?.status === 200;
  return current;
}

async function createUpload(http: Http, apiKey: string): Promise<SourceUpload | undefined> {
  const answer = await http.send('/v1/uploads', {
    method: 'POST',
    headers: { 'x-api-key': apiKey },
    body: JSON.stringify({ filename: 'source.png' }),
  });
  if (answer?.status !== 200) return undefined;
  const created = JSON.parse(answer.bytes.toString()) as { upload_url: string; beeble_uri: string };
  const { pathname, search } = new URL(created.upload_url);
  return { path: pathname + search, uri: created.beeble_uri, isReceived: false };
}
