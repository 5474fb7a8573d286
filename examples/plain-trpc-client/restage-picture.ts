import { openAsBlob } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { AppRouter } from '@restage/api';
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
      // The server takes at most 10 calls in a batch, and counts each towards the rate limit.
      maxItems: 10,
    }),
  ],
});

try {
  await main(picture, prompt, output);
} catch (error) {
  if (!isRestageError(error)) throw error;
  console.error(explain(error));
  process.exitCode = 1;
}

async function main(picture: string, prompt: string, output: string): Promise<void> {
  // Both calls travel in one request.
  const [info, billing] = await Promise.all([trpc.account.info.query(), trpc.account.billing.query()]);
  console.log(`${info.email} has $${billing.prepaid_balance}.`);

  const upload = await trpc.uploads.create.mutate({ filename: basename(picture) });
  const put = await fetch(upload.upload_url, { method: 'PUT', body: await openAsBlob(picture) });
  if (!put.ok) throw new Error(`The upload was answered with ${put.status}: ${await put.text()}`);

  const { id } = await trpc.generations.start.mutate({
    generation_type: 'image',
    alpha_mode: 'auto',
    source_uri: upload.beeble_uri,
    prompt,
  });

  // Each call answers when the job has ended, or after 60 seconds.
  let job = await trpc.generations.get.query({ id, wait: 60 });
  while (job.status === 'in_queue' || job.status === 'processing') {
    job = await trpc.generations.get.query({ id, wait: 60 });
  }
  if (!job.output) throw new Error(`Job ${id} has the status ${job.status}: ${job.error}`);

  const render = await fetch(job.output.render);
  if (!render.ok) throw new Error(`The download was answered with ${render.status}.`);
  await writeFile(output, await render.bytes());
  console.log(`Saved ${output} (job ${id}, seed ${job.seed}).`);
}

function isRestageError(error: unknown): error is TRPCClientError<AppRouter> {
  return error instanceof TRPCClientError;
}

/** An error that the server answered with carries the code of the catalog, and where it is documented. */
function explain({ message, data }: TRPCClientError<AppRouter>): string {
  if (!data) return `No answer from ${baseUrl}: ${message}`;
  const { code, docUrl, requestId } = data.error;
  switch (code) {
    case 'INVALID_API_KEY':
      return 'Set RESTAGE_API_KEY to the key that the server printed.';
    case 'INSUFFICIENT_CREDITS':
      return `Nothing was started or charged: ${message}`;
    default:
      return `${message} (${code}, request ${requestId}; see ${docUrl})`;
  }
}
