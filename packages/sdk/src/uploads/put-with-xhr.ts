import { Answer, connecting } from '../transport/answer.ts';

/**
 * PUTs bytes with XMLHttpRequest, the only way in which browsers report how many have been sent.
 * @param onSent receives that number while they are sent
 * @returns the answer; CONNECTION_FAILED when none arrived
 */
export function putWithXhr(url: string, blob: Blob, onSent: (sent: number) => void, signal: AbortSignal) {
  const send = () =>
    new Promise<Answer>((resolve, reject) => {
      signal.throwIfAborted();
      const request = new XMLHttpRequest();
      request.upload.addEventListener('progress', ({ loaded }) => onSent(loaded));
      request.addEventListener('load', () => resolve(readAnswer(request)));
      request.addEventListener('error', () => reject(new Error('the connection failed')));
      request.addEventListener('abort', () => reject(signal.reason));
      signal.addEventListener('abort', () => request.abort(), { once: true });
      request.open('PUT', url);
      request.send(blob);
    });
  return connecting(url, send);
}

function readAnswer(request: XMLHttpRequest): Answer {
  const lines = request.getAllResponseHeaders().trim().split('\r\n').filter(Boolean);
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as [string, string];
  });
  return new Answer(request.status, new Headers(headers), request.responseText);
}
