import { type ProcedureName, procedureErrors, procedures } from '@restage/contract';
import { describe, expect, test } from 'vitest';
import { type Outcome, openDoors } from '../testing/suite/index.ts';
import { blackPng } from './footage.ts';

const world = await openDoors({
  work: false,
  settings: { writeRpm: 1_000_000, readRpm: 1_000_000, allowPrivateNetwork: true },
  media: { allowPrivateNetwork: true },
});
const { doors, url } = world;
const { key } = await world.account({ credits: 1_000_000 });
const source_uri = `data:image/png;base64,${blackPng(8, 8).toString('base64')}`;
const start = {
  generation_type: 'image',
  alpha_mode: 'custom',
  source_uri,
  alpha_uri: source_uri,
  prompt: 'x',
};

/** What PostgreSQL can't store: NUL, and surrogates that stand alone or in the wrong order. */
const unstorable = ['\0', 'a\0b', '\ud800', '\udc00b', 'a\udc00\ud800'];

/** An input that each procedure would take, with something that does answer at every URL. */
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
};

/** Every field of every procedure, whatever type it should have. */
const fields = Object.entries(procedures).flatMap(([name, { input }]) =>
  Object.keys(input?.schema.shape ?? {}).map((field) => [name as ProcedureName, field] as const),
);

/** Whether a door has a way to send this text in this field: a URL can't spell a lone surrogate. */
function canSend(door: string, name: ProcedureName, field: string, text: string): boolean {
  const { kind, rest } = procedures[name];
  if (door === 'caller') return true;
  if (door === 'sdk') return kind !== 'subscription';
  const isInUrl = field === 'id' || ('query' in rest && field in rest.query);
  return isInUrl ? text.isWellFormed() : rest.method === 'POST';
}

describe('text that PostgreSQL can’t store is refused by name', () => {
  test.each(fields)('%s, %s', async (name, field) => {
    for (const door of doors) {
      for (const text of unstorable.filter((each) => canSend(door.name, name, field, each))) {
        const sent = { ...inputs[name], [field]: `${inputs[name][field] ?? ''}${text}` };
        const outcome: Outcome<ProcedureName> = await door.call(name, sent, key);
        const where = `${door.name} ${JSON.stringify(text)}`;
        if (outcome.ok) throw new Error(`${where} was taken`);
        expect(outcome, where).toMatchObject({ param: field });
        expect(procedureErrors(name), where).toContain(outcome.code);
        expect(outcome.code, where).not.toBe('INTERNAL_ERROR');
      }
    }
    expect(world.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('in a callback URL that answers, as INVALID_CALLBACK_URL', async () => {
    for (const door of doors) {
      const outcome = await door.call('generations.start', { ...start, callback_url: `${url}/docs\0` }, key);
      expect(outcome).toMatchObject({ code: 'INVALID_CALLBACK_URL', param: 'callback_url' });
    }
  });

  test('in the filename of an upload’s URI, as INVALID_URI', async () => {
    for (const filename of ['a%00.png', 'a%ED%A0%80.png', 'a\0.png']) {
      const uri = `beeble://uploads/upload_01m81xmtk0erm98v8z2as280rf/${filename}`;
      const outcome = await doors[2]?.call('generations.start', { ...start, source_uri: uri }, key);
      expect(outcome).toMatchObject({ code: 'INVALID_URI', param: 'source_uri' });
    }
  });
});

describe('a URL with escapes of what PostgreSQL can’t store', () => {
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

  test.each(paths)('%s %s is refused, and not as INTERNAL_ERROR', async (method, path) => {
    for (const text of escapes) {
      const answer = await fetch(`${url}${path(text)}`, { method, headers: { 'x-api-key': key } });
      const body = await answer.text();
      expect(body, path(text)).toContain('"error"');
      expect([400, 403, 404], `${path(text)}: ${body}`).toContain(answer.status);
    }
    expect(world.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
