import { openTransports } from '@restage/testing/support';
import { describe, expect, test } from 'vitest';
import { blackPng } from '../support/uploads.ts';

const { url, account } = await openTransports({
  work: false,
  settings: { concurrency: 100, writeRpm: 1000 },
});
const { key } = await account({ credits: 1000 });
const source_uri = `data:image/png;base64,${blackPng(8, 8).toString('base64')}`;
const body = { generation_type: 'image', alpha_mode: 'fill', source_uri, prompt: 'x' };

/** Encodes text as UTF-8, and each byte as one character, which fetch needs for headers. */
const bytes = (text: string) => Buffer.from(text).toString('latin1');

async function start(header: string | undefined, fields: object = {}) {
  const response = await fetch(`${url}/v1/switchx/generations`, {
    method: 'POST',
    headers: { 'x-api-key': key, ...(header !== undefined && { 'idempotency-key': header }) },
    body: JSON.stringify({ ...body, ...fields }),
  });
  const { id, error } = (await response.json()) as { id?: string; error?: { code: string; message: string } };
  const { headers } = response;
  return { id, ...error, param: headers.get('x-error-param'), replayed: headers.get('idempotency-replayed') };
}

describe('an idempotency key', () => {
  test.each(['clé', 'ключ', '鍵', '🔑', '\ufeffbom', 'e\u0301', 'plain', '𝒌'.repeat(256)])(
    '%s is the same key as a header and as a field',
    async (text) => {
      const { id } = await start(undefined, { idempotency_key: text });
      expect(id).toMatch(/^swx_/);
      expect(await start(bytes(text))).toMatchObject({ id, replayed: 'true' });
      expect(await start(bytes(text), { idempotency_key: text })).toMatchObject({ id, replayed: 'true' });
      expect(await start(bytes(text), { idempotency_key: null })).toMatchObject({ id, replayed: 'true' });
    },
  );

  test.each(['\xe9', 'cl\xe9', '\xc3', '\xc0\x80', '\xed\xa0\x80', '\xf5\x80\x80\x80', '\xff'])(
    'in a header that is not UTF-8 is INVALID_REQUEST: %j',
    async (header) => {
      for (const fields of [{}, { idempotency_key: header }]) {
        const expected = {
          code: 'INVALID_REQUEST',
          param: 'idempotency-key',
          message: expect.stringContaining('UTF-8'),
        };
        expect(await start(header, fields)).toMatchObject(expected);
      }
    },
  );

  test.each([
    ['k1', 'k2'],
    ['k', 'K'],
    [bytes('é'), 'e\u0301'],
    [bytes('é'), bytes('é')],
    ['7', 7],
    ['k', ''],
    ['', 'k'],
  ])(
    '%j as a header and %j as a field is INVALID_REQUEST, because they differ',
    async (header, idempotency_key) => {
      const expected = { code: 'INVALID_REQUEST', message: expect.stringContaining('differ') };
      expect(await start(header, { idempotency_key })).toMatchObject(expected);
      expect(await start(header, { idempotency_key })).toMatchObject(expected);
    },
  );
});

describe('x-error-param', () => {
  const long = 'k'.repeat(257);
  test('has the name of the header or the field that was sent', async () => {
    const asHeader = {
      param: 'idempotency-key',
      message: expect.stringMatching(/^idempotency-key must be /),
    };
    expect(await start(long)).toMatchObject({ code: 'INVALID_REQUEST', ...asHeader });
    expect(await start('')).toMatchObject({ code: 'INVALID_REQUEST', ...asHeader });
    const asField = { param: 'idempotency_key', message: expect.stringMatching(/^idempotency_key must be /) };
    expect(await start(undefined, { idempotency_key: long })).toMatchObject(asField);
  });

  test('has the name of the header or the field for a reused idempotency key', async () => {
    await start('used');
    const reused = { code: 'IDEMPOTENCY_KEY_REUSED' };
    expect(await start('used', { prompt: 'y' })).toMatchObject({ ...reused, param: 'idempotency-key' });
    const field = { idempotency_key: 'used', prompt: 'y' };
    expect(await start(undefined, field)).toMatchObject({ ...reused, param: 'idempotency_key' });
  });

  test.each([
    ['/v1/switchx/generations/swx_x/events', { 'last-event-id': 'abc' }, 'last-event-id', 400],
    ['/v1/switchx/generations/swx_x/events', { 'last-event-id': '\xe9' }, 'last-event-id', 400],
    ['/v1/switchx/generations/swx_x/events', { 'last-event-id': '-1' }, 'last-event-id', 400],
    ['/v1/switchx/generations/swx_x/events', {}, 'id', 404],
    ['/v1/switchx/generations/swx_x', {}, 'id', 404],
    ['/v1/switchx/generations?limit=0', {}, 'limit', 400],
    ['/v1/switchx/generations?page_token=x', {}, 'page_token', 400],
  ])('GET %s with %j has %s', async (path, headers, param, status) => {
    const response = await fetch(`${url}${path}`, { headers: { 'x-api-key': key, ...headers } });
    expect([response.status, response.headers.get('x-error-param')]).toEqual([status, param]);
    const { error } = (await response.json()) as { error: { message: string } };
    expect(error.message).not.toContain('lastEventId');
  });
});
