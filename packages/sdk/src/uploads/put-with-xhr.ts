import { catchConnectionError, RawResponse } from '../transport/response.ts';

/**
 * Sends bytes with XMLHttpRequest, the only browser API that reports upload progress.
 * @param onSent called with the number of bytes sent so far
 * @returns the response; CONNECTION_FAILED if none arrived
 */
export function putWithXhr(url: string, blob: Blob, onSent: (sent: number) => void, signal: AbortSignal) {
  const send = () =>
    new Promise<RawResponse>((resolve, reject) => {
      signal.throwIfAborted();
      const request = new XMLHttpRequest();
      request.upload.addEventListener('progress', ({ loaded }) => onSent(loaded));
      request.addEventListener('load', () => resolve(toRawResponse(request)));
      request.addEventListener('error', () => reject(new Error('the connection failed')));
      request.addEventListener('abort', () => reject(signal.reason));
      signal.addEventListener('abort', () => request.abort(), { once: true });
      request.open('PUT', url);
      request.send(blob);
    });
  return catchConnectionError(url, send);
}

function toRawResponse(request: XMLHttpRequest): RawResponse {
  const lines = request.getAllResponseHeaders().trim().split('\r\n').filter(Boolean);
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as [string, string];
  });
  return new RawResponse(request.status, new Headers(headers), request.responseText);
}
