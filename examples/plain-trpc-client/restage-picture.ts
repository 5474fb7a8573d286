import { openAsBlob } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { AppRouter } from '@restage/api';
import { getProcedureError } from '@restage/errors/trpc';
import { createTRPCClient, httpBatchLink, TRPCClientError } from '@trpc/client';
import { SuperJSON } from 'superjson';

const [picture, prompt, output = 'restaged.png'] = process.argv.slice(2);
if (!picture || !prompt) {
  console.error('Usage: npx -y pnpm@12 start <picture> <prompt> [<output>]');
  process.exit(1);
}

const baseUrl = process.env.RESTAGE_BASE_URL ?? 'http://127.0.0.1:8787';
const trpc = createTRPCClient<AppRouter>({
  links: [
    httpBatchLink({
      url: `${baseUrl}/trpc`,
      transformer: SuperJSON,
      headers: { 'x-api-key': process.env.RESTAGE_API_KEY ?? '' },
      // The server accepts at most 10 calls per batch, and counts each towards the rate limit.
      maxItems: 10,
    }),
  ],
});

/** The procedures that this program calls. Their codes are those that it has to handle. */
type CalledProcedure =
  | AppRouter['account']['info' | 'billing']
  | AppRouter['uploads']['create']
  | AppRouter['generations']['start' | 'get'];

try {
  await main(picture, prompt, output);
} catch (caught) {
  if (!(caught instanceof TRPCClientError)) throw caught;
  console.error(explain(caught));
  process.exitCode = 1;
}

async function main(picture: string, prompt: string, output: string): Promise<void> {
  // Both calls are sent in one request.
  const [info, billing] = await Promise.all([trpc.account.info.query(), trpc.account.billing.query()]);
  console.log(`${info.email} has $${billing.prepaid_balance}.`);

  const upload = await trpc.uploads.create.mutate({ filename: basename(picture) });
  const put = await fetch(upload.upload_url, { method: 'PUT', body: await openAsBlob(picture) });
  if (!put.ok) throw new Error(`The upload failed with status ${put.status}: ${await put.text()}`);

  const { id } = await trpc.generations.start.mutate({
    generation_type: 'image',
    alpha_mode: 'auto',
    source_uri: upload.beeble_uri,
    prompt,
  });
  const job = await waitForJob(id);
  if (!job.output) throw new Error(`Job ${id} ${job.status}: ${job.error ?? 'no reason was given'}`);

  const render = await fetch(job.output.render);
  if (!render.ok) throw new Error(`The download failed with status ${render.status}.`);
  await writeFile(output, await render.bytes());
  console.log(`Saved ${output} (job ${id}, seed ${job.seed}).`);
}

/** Polls a job until it has ended. Each call returns when it has, or after 60 seconds. */
async function waitForJob(id: string) {
  for (;;) {
    try {
      const job = await trpc.generations.get.query({ id, wait: 60 });
      if (job.status !== 'in_queue' && job.status !== 'processing') return job;
    } catch (caught) {
      const error = getProcedureError<AppRouter['generations']['get']>(caught);
      // Narrowed to a code that always has `retryAfter`, so it is a number.
      if (error?.code !== 'RATE_LIMIT_EXCEEDED') throw caught;
      await new Promise((resolve) => setTimeout(resolve, error.retryAfter * 1000));
    }
  }
}

/** Explains some codes, and shows the message of the others. A `case` for a code that no call can fail with does not compile. */
function explain(caught: Error): string {
  const error = getProcedureError<CalledProcedure>(caught);
  if (!error) return `Could not get a Restage response from ${baseUrl}: ${caught.message}`;
  switch (error.code) {
    case 'INVALID_API_KEY':
      return 'Set RESTAGE_API_KEY to the key that the server printed.';
    case 'INVALID_FILENAME':
    case 'INVALID_FILE_FORMAT':
      return `Restage accepts PNG, JPEG and WebP images: ${error.message}`;
    case 'INSUFFICIENT_CREDITS':
    case 'HARD_LIMIT_EXCEEDED':
      return `Nothing was started or charged: ${error.message}`;
    case 'UNKNOWN':
      return `The server returned the unknown code ${error.wireCode}: ${error.message}`;
    default:
      return `${error.message} (${error.code}, request ${error.requestId}; see ${error.docUrl})`;
  }
}
