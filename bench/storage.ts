/**
 * What an upload and a download of 512 MB through S3 take in memory: the peak of the bundled server's resident memory above
 * its idle one, against a SeaweedFS beside it. Linux only; needs `weed` on the PATH or in RESTAGE_WEED.
 * Run: node bench/storage.ts
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createUrlSigner } from '../packages/storage/src/index.ts';
import { createBucket } from '../packages/storage/test/support/s3-bucket.ts';
import { startSeaweedFs } from '../packages/storage/test/support/seaweedfs.ts';
import { bundle } from '../scripts/bundle.ts';
import { getFirstKey, readResidentMegabytes, runProgram } from './tools/program.ts';
import { reportFigures } from './tools/report.ts';

const megabytes = 512;
const secret = 'a secret of this bench alone';

const server = await bundle();
const seaweed = await startSeaweedFs();
const directory = await mkdtemp(join(tmpdir(), 'restage-bench-'));
try {
  const { options } = await createBucket(seaweed.endpoint, 'restage-bench');
  const program = await runProgram([server, 'serve'], {
    PORT: '0',
    RESTAGE_DATA_DIR: directory,
    RESTAGE_SECRET: secret,
    RESTAGE_S3_BUCKET: options.bucket,
    RESTAGE_S3_ENDPOINT: seaweed.endpoint,
    RESTAGE_S3_PATH_STYLE: '1',
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    LOG_LEVEL: 'error',
  });
  await measure(program.url, program.pid, getFirstKey(program));
  await program.stop();
} finally {
  await seaweed.stop();
  await rm(directory, { recursive: true, force: true });
}

async function measure(url: string, pid: number, key: string): Promise<void> {
  // The AWS SDK has been loaded and used by then.
  const first = await upload(url, key, 1);
  await download(url, first);
  await sleep(5000);
  const idle = await readResidentMegabytes(pid);

  const sent = await findPeak(pid, () => upload(url, key, megabytes));
  await sleep(5000);
  const received = await findPeak(pid, () => download(url, sent.result));
  if (received.result !== megabytes * 1024 * 1024) throw new Error(`received ${received.result} bytes`);
  console.log(
    `idle ${idle.toFixed(0)} MB, upload ${sent.seconds.toFixed(1)} s, download ${received.seconds.toFixed(1)} s`,
  );
  const bound = { atMost: 120 };
  reportFigures([
    {
      name: `memory of an upload of ${megabytes} MB to S3, above idle`,
      value: sent.peak - idle,
      bound,
      unit: ' MB',
    },
    {
      name: `memory of a download of ${megabytes} MB from S3, above idle`,
      value: received.peak - idle,
      bound,
      unit: ' MB',
    },
  ]);
}

/** Creates an upload and PUTs so many megabytes. @returns its id */
async function upload(url: string, key: string, size: number): Promise<string> {
  const created = await fetch(`${url}/v1/uploads`, {
    method: 'POST',
    headers: { 'x-api-key': key },
    body: JSON.stringify({ filename: 'source.mp4' }),
  });
  if (!created.ok) throw new Error(`the upload was not created: ${await created.text()}`);
  const { id, upload_url } = (await created.json()) as { id: string; upload_url: string };
  const chunk = randomBytes(1024 * 1024);
  let left = size;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      left -= 1;
      if (left >= 0) controller.enqueue(chunk);
      else controller.close();
    },
  });
  const init: RequestInit & { duplex: 'half' } = { method: 'PUT', body, duplex: 'half' };
  const put = await fetch(upload_url, init);
  if (!put.ok) throw new Error(`the upload failed: ${await put.text()}`);
  return id;
}

/** Reads an upload through the server. @returns its size in bytes */
async function download(publicUrl: string, id: string): Promise<number> {
  const signer = createUrlSigner({ secret, publicUrl, clock: Date.now });
  const expiresAt = new Date(Date.now() + 3_600_000);
  const response = await fetch(signer.sign({ method: 'GET', path: `/files/uploads/${id}`, expiresAt }));
  if (!response.ok || !response.body) throw new Error(`the download failed: ${await response.text()}`);
  let size = 0;
  for await (const chunk of response.body) size += chunk.byteLength;
  return size;
}

/** The peak of a process's resident memory, in megabytes, while `run` runs. */
async function findPeak<Result>(pid: number, run: () => Promise<Result>) {
  const began = performance.now();
  let peak = 0;
  let isRunning = true;
  const watching = (async () => {
    while (isRunning) {
      peak = Math.max(peak, await readResidentMegabytes(pid));
      await sleep(20);
    }
  })();
  try {
    const result = await run();
    return {
      result,
      peak: Math.max(peak, await readResidentMegabytes(pid)),
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    isRunning = false;
    await watching;
  }
}
