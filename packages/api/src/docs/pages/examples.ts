import { type ProcedureName, procedures } from '@restage/contract';

/** The parts of an example call that differ between procedures. */
interface Example {
  /** Options of curl. */
  readonly curl?: string;
  /** Statements that use the SDK's client, `restage`. */
  readonly sdk: string;
  /** The input over tRPC. */
  readonly input?: string;
}

const start = `{"generation_type":"image","alpha_mode":"auto","source_uri":"beeble://uploads/…/photo.jpg","prompt":"golden hour on a beach"}`;
const startInput = `{
  generation_type: 'image',
  alpha_mode: 'auto',
  source_uri: 'beeble://uploads/…/photo.jpg',
  prompt: 'golden hour on a beach',
}`;

/** A typical first call of each procedure. */
const examples: Readonly<Record<ProcedureName, Example>> = {
  'uploads.create': {
    curl: `-d '{"filename":"photo.jpg"}'`,
    sdk: `const upload = await restage.uploads.create({ filename: 'photo.jpg' });
await restage.uploads.put(upload, await readFile('photo.jpg'));`,
    input: `{ filename: 'photo.jpg' }`,
  },
  'generations.start': {
    curl: `-d '${start}'`,
    sdk: `const job = await restage.generations.start(${startInput});`,
    input: startInput,
  },
  'generations.quote': {
    curl: `-d '${start}'`,
    sdk: `const { cost, balance } = await restage.generations.quote(${startInput});`,
    input: startInput,
  },
  'generations.get': {
    sdk: `const job = await restage.generations.get('swx_…');`,
    input: `{ id: 'swx_…' }`,
  },
  'generations.watch': {
    curl: '-N',
    sdk: `for await (const { status, progress } of restage.generations.watch('swx_…')) console.log(status, progress);`,
    input: `{ id: 'swx_…' }`,
  },
  'generations.list': {
    sdk: 'for await (const { id, status } of restage.generations.list()) console.log(id, status);',
    input: '{ limit: 20 }',
  },
  'generations.cancel': {
    curl: '-X POST',
    sdk: `const job = await restage.generations.cancel('swx_…');`,
    input: `{ id: 'swx_…' }`,
  },
  'account.info': { sdk: 'const { rate_limits } = await restage.account.info();' },
  'account.billing': { sdk: 'const { prepaid_balance } = await restage.account.billing();' },
  'generations.details': {
    sdk: `const { prompt, understood, events } = await restage.generations.details('swx_…');`,
    input: `{ id: 'swx_…' }`,
  },
  'generations.summaries': {
    sdk: `for await (const { prompt, cost } of restage.generations.summaries({ status: 'completed' })) console.log(prompt, cost);`,
    input: `{ status: 'completed' }`,
  },
  'account.usage': {
    sdk: `const { buckets } = await restage.usage.get({ group_by: 'day', from: '2026-01-01', to: '2026-02-01' });`,
    input: `{ group_by: 'day', from: '2026-01-01', to: '2026-02-01' }`,
  },
  'account.credits': {
    sdk: 'for await (const { kind, credits } of restage.usage.credits()) console.log(kind, credits);',
    input: '{ limit: 20 }',
  },
  'keys.list': { sdk: 'const { keys } = await restage.keys.list();' },
  'keys.create': {
    curl: `-d '{"name":"ci","mode":"test"}'`,
    sdk: `const { key } = await restage.keys.create({ name: 'ci', mode: 'test' });`,
    input: `{ name: 'ci', mode: 'test' }`,
  },
  'keys.revoke': {
    curl: '-X POST',
    sdk: `const { revoked_at } = await restage.keys.revoke('key_…');`,
    input: `{ id: 'key_…' }`,
  },
  'webhooks.secret': { sdk: 'const { secret } = await restage.webhooks.secret();' },
  'webhooks.rotateSecret': {
    curl: `-d '{"overlap_hours":24}'`,
    sdk: 'const { secret, previous_expires_at } = await restage.webhooks.rotateSecret({ overlap_hours: 24 });',
    input: '{ overlap_hours: 24 }',
  },
  'webhooks.list': {
    sdk: `for await (const { id, last_error } of restage.webhooks.list({ status: 'failed' })) console.log(id, last_error);`,
    input: `{ status: 'failed' }`,
  },
  'webhooks.get': {
    sdk: `const { payload, attempt_log } = await restage.webhooks.get('msg_…');`,
    input: `{ id: 'msg_…' }`,
  },
  'webhooks.redeliver': {
    curl: '-X POST',
    sdk: `const { status } = await restage.webhooks.redeliver('msg_…');`,
    input: `{ id: 'msg_…' }`,
  },
  'webhooks.test': {
    curl: `-d '{"callback_url":"https://example.com/hooks"}'`,
    sdk: `const { id } = await restage.webhooks.test({ callback_url: 'https://example.com/hooks' });`,
    input: `{ callback_url: 'https://example.com/hooks' }`,
  },
  'requests.list': {
    sdk: `for await (const { id, code } of restage.requests.list({ procedure: 'generations.start' })) console.log(id, code);`,
    input: `{ procedure: 'generations.start' }`,
  },
  'requests.get': {
    sdk: `const { message, resolution } = await restage.requests.get('req_…');`,
    input: `{ id: 'req_…' }`,
  },
  'requests.failures': { sdk: 'const { failures } = await restage.requests.failures();' },
};

/** Creates example calls of a procedure with curl, the SDK and tRPC. Each is complete, so that it can be pasted. */
export function createExampleCalls(name: ProcedureName, publicUrl: string) {
  return {
    curl: createCurlCall(name, publicUrl),
    sdk: createSdkCall(name, publicUrl),
    trpc: createTrpcCall(name, publicUrl),
  };
}

function createCurlCall(name: ProcedureName, publicUrl: string): string {
  const options = examples[name].curl;
  const path = procedures[name].rest.path.replaceAll(/\{\w+\}/g, 'swx_…');
  return `curl ${publicUrl}${path} \\
  -H "x-api-key: $RESTAGE_API_KEY"${options ? ` \\\n  ${options}` : ''}`;
}

function createSdkCall(name: ProcedureName, publicUrl: string): string {
  const files = name === 'uploads.create' ? `import { readFile } from 'node:fs/promises';\n` : '';
  return `${files}import { Restage } from '@restage/sdk';

const restage = new Restage({ apiKey: process.env.RESTAGE_API_KEY, baseUrl: '${publicUrl}' });
${examples[name].sdk}`;
}

function createTrpcCall(name: ProcedureName, publicUrl: string): string {
  const { kind } = procedures[name];
  const { input = '' } = examples[name];
  // An EventSource can't send a key. A subscription is a GET whose response is a stream.
  if (kind === 'subscription') {
    return `const input = encodeURIComponent(JSON.stringify(${input}));
const response = await fetch(\`${publicUrl}/trpc/${name}?input=\${input}\`, {
  headers: { 'x-api-key': process.env.RESTAGE_API_KEY ?? '' },
});
for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) console.log(text);`;
  }
  return `import type { AppRouter } from '@restage/api';
import { createTRPCClient, httpLink } from '@trpc/client';
import { SuperJSON } from 'superjson';

const headers = { 'x-api-key': process.env.RESTAGE_API_KEY ?? '' };
const link = httpLink({ url: '${publicUrl}/trpc', transformer: SuperJSON, headers });
const trpc = createTRPCClient<AppRouter>({ links: [link] });
const result = await trpc.${name}.${kind === 'mutation' ? 'mutate' : 'query'}(${input});`;
}
