import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { safe, verifyWebhook } from '../index.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const other = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const now = Date.parse('2026-03-01T12:00:00Z');
const output = { render: 'https://a.test/r', source: 'https://a.test/s', alpha: 'https://a.test/a' };
const completed = { id: 'swx_1', status: 'completed', output, completed_at: '2026-03-01T11:59:59.000Z' };

/** A webhook as the reference library signs it. */
function signed(payload: unknown, { by = secret, at = now, id = 'msg_1' } = {}) {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const headers: Record<string, string> = {
    'webhook-id': id,
    'webhook-timestamp': String(at / 1000),
    'webhook-signature': new Webhook(by).sign(id, new Date(at), body),
  };
  return { body, headers };
}

/** What is said against a webhook. */
async function refusalOf(request: Parameters<typeof verifyWebhook>[0]) {
  const result = await safe(verifyWebhook(request));
  if (result.ok) throw new Error('it was taken for genuine');
  expect(result.error).toMatchObject({ code: 'INVALID_WEBHOOK', retryable: false });
  return result.error.message;
}

describe('a genuine webhook', () => {
  test('gives its event', async () => {
    expect(await verifyWebhook({ ...signed(completed), secret, now })).toEqual(completed);
  });

  test.each(['failed', 'cancelled'])('of a job that is %s gives its event', async (status) => {
    const event = { id: 'swx_1', status, error: 'why', completed_at: null };
    expect(await verifyWebhook({ ...signed(event), secret, now })).toEqual(event);
  });

  test('is known in bytes and with the Fetch API’s headers', async () => {
    const { body, headers } = signed({ ...completed, note: 'café' });
    const bytes = new TextEncoder().encode(body);
    for (const form of [bytes, bytes.buffer]) {
      const event = await verifyWebhook({ body: form, headers: new Headers(headers), secret, now });
      expect(event.id).toBe('swx_1');
    }
  });

  test('is known while secrets are rotated, on either side', async () => {
    const { body, headers } = signed(completed);
    const both = `${signed(completed, { by: other }).headers['webhook-signature']} v2,AAAA ${headers['webhook-signature']}`;
    const rotated = { body, headers: { ...headers, 'webhook-signature': both } };
    expect((await verifyWebhook({ ...rotated, secret, now })).id).toBe('swx_1');
    expect((await verifyWebhook({ body, headers, secret: [other, secret], now })).id).toBe('swx_1');
  });
});

describe('what is refused', () => {
  test('another secret', async () => {
    expect(await refusalOf({ ...signed(completed), secret: other, now })).toContain('No signature fits');
  });

  test('a body that was changed by one character', async () => {
    const { body, headers } = signed(completed);
    const altered = body.replace('swx_1', 'swx_2');
    expect(await refusalOf({ body: altered, headers, secret, now })).toContain('No signature fits');
  });

  test('another id or timestamp than was signed', async () => {
    const { body, headers } = signed(completed);
    for (const changed of [{ 'webhook-id': 'msg_2' }, { 'webhook-timestamp': String(now / 1000 + 1) }]) {
      await refusalOf({ body, headers: { ...headers, ...changed }, secret, now });
    }
  });

  test.each([-301_000, 301_000])('a timestamp that is off by %i ms', async (off) => {
    expect(await refusalOf({ ...signed(completed, { at: now + off }), secret, now })).toContain('too far');
    const patient = { ...signed(completed, { at: now + off }), secret, now, toleranceSeconds: 400 };
    expect((await verifyWebhook(patient)).id).toBe('swx_1');
  });

  test.each(['', 'soon', 'NaN', '1e10', '-5'])('the timestamp “%s”', async (timestamp) => {
    const { body, headers } = signed(completed);
    await refusalOf({ body, headers: { ...headers, 'webhook-timestamp': timestamp }, secret, now });
  });

  test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('no %s', async (name) => {
    const { body, headers } = signed(completed);
    const { [name]: _, ...rest } = headers;
    expect(await refusalOf({ body, headers: rest, secret, now })).toBe(`The header ${name} is missing.`);
  });

  test.each(['v1,', 'v1,!!!', 'v1', 'v1a,AAAA', ','])('the signature “%s”', async (signature) => {
    const { body, headers } = signed(completed);
    await refusalOf({ body, headers: { ...headers, 'webhook-signature': signature }, secret, now });
  });

  test.each([
    'not JSON',
    '[]',
    'null',
    '{"id":"swx_1","status":"sleeping"}',
    '{"id":"swx_1","status":"completed"}',
  ])('a signed body that is no event: %s', async (payload) => {
    expect(await refusalOf({ ...signed(payload), secret, now })).toContain('not an event');
  });
});

test('a secret that is none is a bug, and thrown as one', async () => {
  for (const wrong of ['', 'whsec_', 'whsec_?']) {
    await expect(verifyWebhook({ ...signed(completed), secret: wrong, now })).rejects.toThrow(TypeError);
  }
});
