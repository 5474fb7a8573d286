import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** What is wrong with the bucket; `slow` sends a response's first half and then nothing, `hanging` sends nothing at all. */
export type S3Fault = 'forbidden' | 'gone' | 'full' | 'hanging' | 'slow';

/** A proxy in front of S3 that makes requests fail. */
export interface S3Proxy {
  readonly url: string;
  /** The fault of requests from now on, or of some of them by method; undefined for none. */
  fault: S3Fault | undefined | ((method: string) => S3Fault | undefined);
  /** Requests so far, as in `PUT /bucket/key`. */
  readonly requests: string[];
  close(): Promise<void>;
}

const errors = {
  forbidden: [403, 'AccessDenied'],
  gone: [404, 'NoSuchBucket'],
  full: [500, 'InternalError'],
} as const;

/**
 * Opens a proxy to the S3 server at `target`.
 * @param adapt answers a request itself, or calls `forward`
 */
export async function openS3Proxy(
  target: string,
  adapt: (incoming: IncomingMessage, response: ServerResponse, forward: () => void) => void = (
    _,
    __,
    forward,
  ) => forward(),
): Promise<S3Proxy> {
  const server = createServer((incoming, response) => {
    const method = incoming.method ?? 'GET';
    proxy.requests.push(`${method} ${incoming.url}`);
    const fault = typeof proxy.fault === 'function' ? proxy.fault(method) : proxy.fault;
    if (fault === 'hanging') return;
    if (fault !== undefined && fault !== 'slow') {
      const [status, code] = errors[fault];
      incoming.resume();
      response.writeHead(status, { 'content-type': 'application/xml' });
      response.end(method === 'HEAD' ? undefined : `<Error><Code>${code}</Code></Error>`);
      return;
    }
    adapt(incoming, response, () => {
      const { headers } = incoming;
      const forwarded = request(`${target}${incoming.url}`, { method, headers }, (received) => {
        response.writeHead(received.statusCode ?? 500, received.headers);
        if (fault !== 'slow') return void received.pipe(response);
        received.once('data', (chunk: Buffer) => response.write(chunk.subarray(0, chunk.length / 2)));
      });
      // A connection that breaks on one side breaks on the other.
      forwarded.on('error', () => response.destroy());
      response.on('close', () => forwarded.destroy());
      incoming.pipe(forwarded);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: S3Proxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault: undefined,
    requests: [],
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

/**
 * Makes up for what s3rver lacks: aborting and listing multipart uploads, which it keeps in a folder of the bucket, and
 * replacing an object in one step, for which requests for the same object wait for each other.
 */
export function adaptS3rver(bucketDirectory: string): Parameters<typeof openS3Proxy>[1] {
  const uploads = join(bucketDirectory, '._S3rver_uploads');
  const turns = new Map<string, Promise<void>>();
  return (incoming, response, forward) => {
    const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://localhost');
    const id = searchParams.get('uploadId');
    if (incoming.method === 'DELETE' && id !== null) {
      rmSync(join(uploads, id), { recursive: true, force: true });
      response.writeHead(204).end();
    } else if (incoming.method === 'GET' && searchParams.has('uploads')) {
      response.writeHead(200, { 'content-type': 'application/xml' });
      response.end(listUploads(uploads, searchParams.get('prefix') ?? ''));
    } else {
      const turn = turns.get(pathname) ?? Promise.resolve();
      const closed = new Promise<void>((resolve) => response.on('close', resolve));
      turns.set(
        pathname,
        turn.then(() => closed),
      );
      void turn.then(() => response.closed || forward());
    }
  };
}

function listUploads(uploads: string, prefix: string): string {
  const found = listFolders(uploads).flatMap((name) => {
    const key = decodeURIComponent(readFileSync(join(uploads, name, 'key'), 'utf8'));
    const initiated = statSync(join(uploads, name, 'key')).mtime.toISOString();
    if (!key.startsWith(prefix)) return [];
    return `<Upload><Key>${key}</Key><UploadId>${name}</UploadId><Initiated>${initiated}</Initiated></Upload>`;
  });
  return `<ListMultipartUploadsResult>${found.join('')}</ListMultipartUploadsResult>`;
}

function listFolders(path: string): string[] {
  // s3rver makes the folder for the first upload.
  return existsSync(path) ? readdirSync(path) : [];
}
