import { listProcedureErrors, type ProcedureName, procedures } from '@restage/contract';
import { type Outcome, openTransports } from '@restage/testing/support';
import { describe, expect, test } from 'vitest';
import { blackPng } from '../support/uploads.ts';

const server = await openTransports({
  work: false,
  settings: { writeRpm: 1_000_000, readRpm: 1_000_000, allowPrivateNetwork: true },
  media: { allowPrivateNetwork: true },
});
const { transports, url } = server;
const { key } = await server.account({ credits: 1_000_000 });
const source_uri = `data:image/png;base64,${blackPng(8, 8).toString('base64')}`;
const start = {
  generation_type: 'image',
  alpha_mode: 'select',
  source_uri,
  alpha_uri: source_uri,
  prompt: 'x',
};

/** Text that PostgreSQL can't store: NUL, and lone or reversed surrogates. */
const unstorableTexts = ['\0', 'a\0b', '\ud800', '\udc00b', 'a\udc00\ud800'];

/** Valid input of each procedure. A server responds at its URLs. */
const inputs: Record<ProcedureName, Readonly<Record<string, string>>> = {
  'uploads.create': { filename: 'a.png' },
  'generations.start': { ...start, callback_url: `${url}/docs?x=`, idempotency_key: 'k' },
  'generations.quote': { ...start, callback_url: `${url}/docs?x=`, idempotency_key: 'k' },
  'generations.get': { id: 'swx_' },
  'generations.watch': { id: 'swx_', lastEventId: '1' },
  'generations.list': { page_token: 'swx_' },
  'generations.cancel': { id: 'swx_' },
  'account.info': {},
  'account.billing': {},
  'generations.details': { id: 'swx_' },
  'generations.summaries': { page_token: 'swx_' },
  'account.usage': { from: '2026-01-01', to: '2026-01-02', group_by: 'day' },
  'account.credits': { page_token: '1' },
  'keys.list': {},
  'keys.create': { name: 'a', mode: 'test', expires_at: '2099-01-01' },
  'keys.revoke': { id: 'key_' },
  'webhooks.secret': {},
  'webhooks.rotateSecret': {},
  'webhooks.list': { generation_id: 'swx_', status: 'failed', page_token: 'msg_' },
  'webhooks.get': { id: 'msg_' },
  'webhooks.redeliver': { id: 'msg_' },
  'webhooks.test': { callback_url: `${url}/docs?x=` },
  'requests.list': { code: 'NOT_FOUND', procedure: 'keys.list', page_token: '1' },
  'requests.get': { id: 'req_' },
  'requests.failures': {},
};

/** Every field of every procedure, of any type. */
const fields = Object.entries(procedures).flatMap(([name, { input }]) =>
  Object.keys(input?.schema.shape ?? {}).map((field) => [name as ProcedureName, field] as const),
);

/** Whether a transport can send this text in this field. A URL can't contain a lone surrogate. */
function canSend(transport: string, name: ProcedureName, field: string, text: string): boolean {
  const { kind, rest } = procedures[name];
  if (transport === 'caller') return true;
  if (transport === 'sdk') return kind !== 'subscription';
  const isInUrl = field === 'id' || ('query' in rest && field in rest.query);
  return isInUrl ? text.isWellFormed() : rest.method === 'POST';
}

describe('text that PostgreSQL can’t store fails with the name of the field', () => {
  test.each(fields)('%s, %s', async (name, field) => {
    for (const transport of transports) {
      for (const text of unstorableTexts.filter((text) => canSend(transport.name, name, field, text))) {
        const sent = { ...inputs[name], [field]: `${inputs[name][field] ?? ''}${text}` };
        const outcome: Outcome<ProcedureName> = await transport.call(name, sent, key);
        const where = `${transport.name} ${JSON.stringify(text)}`;
        if (outcome.ok) throw new Error(`${where} was accepted`);
        expect(outcome, where).toMatchObject({ param: field });
        expect(listProcedureErrors(name), where).toContain(outcome.code);
        expect(outcome.code, where).not.toBe('INTERNAL_ERROR');
      }
    }
    expect(server.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('in a callback URL, with INVALID_CALLBACK_URL', async () => {
    for (const transport of transports) {
      const outcome = await transport.call(
        'generations.start',
        { ...start, callback_url: `${url}/docs\0` },
        key,
      );
      expect(outcome).toMatchObject({ code: 'INVALID_CALLBACK_URL', param: 'callback_url' });
    }
  });

  test('in the filename of an upload’s URI, with INVALID_URI', async () => {
    for (const filename of ['a%00.png', 'a%ED%A0%80.png', 'a\0.png']) {
      const uri = `beeble://uploads/upload_01m81xmtk0erm98v8z2as280rf/${filename}`;
      const outcome = await transports[2].call('generations.start', { ...start, source_uri: uri }, key);
      expect(outcome).toMatchObject({ code: 'INVALID_URI', param: 'source_uri' });
    }
  });
});

describe('a URL with escapes of text that PostgreSQL can’t store', () => {
  const escapes = ['%00', 'a%00', '%ED%A0%80', '%ff', '%25%00', '%0'];
  const id = `swx_01m81xmtk0erm98v8z2as280rf`;
  const paths: readonly [method: string, path: (text: string) => string][] = [
    ['GET', (text) => `/v1/switchx/generations/${text}`],
    ['GET', (text) => `/v1/switchx/generations/${id}${text}`],
    ['GET', (text) => `/v1/switchx/generations/${id}${text}/events`],
    ['POST', (text) => `/v1/switchx/generations/${id}${text}/cancel`],
    ['GET', (text) => `/v1/switchx/generations?page_token=${id}${text}`],
    ['GET', (text) => `/v1/switchx/generations?limit=1${text}`],
    ['GET', (text) => `/files/outputs/${id}${text}/1/render.png?expires=1&signature=x`],
    ['GET', (text) => `/files/outputs/${id}/1/render${text}.png?expires=1${text}&signature=${text}`],
    ['PUT', (text) => `/files/uploads/upload_01m81xmtk0erm98v8z2as280rf${text}?expires=1&signature=x`],
    ['GET', (text) => `/docs/${text}`],
    ['GET', (text) => `/v1/${text}`],
    ['GET', (text) => `/trpc/generations.get${text}?input=${encodeURIComponent(`{"id":"${id}"}`)}`],
    ['GET', (text) => `/trpc/generations.get?input=%7B%22id%22:%22${id}${text}%22%7D`],
    ['GET', (text) => `/trpc/generations.get?input=%7B%22id%22:%22${id}\\u0000${text}%22%7D`],
    ['GET', (text) => `/trpc/account.info,generations.list${text}?batch=1${text}&input=${text}`],
  ];

  test.each(paths)('%s %s fails, and not with INTERNAL_ERROR', async (method, path) => {
    for (const text of escapes) {
      const response = await fetch(`${url}${path(text)}`, { method, headers: { 'x-api-key': key } });
      const body = await response.text();
      expect(body, path(text)).toContain('"error"');
      expect([400, 403, 404], `${path(text)}: ${body}`).toContain(response.status);
    }
    expect(server.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
