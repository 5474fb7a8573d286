import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { safe, verifyWebhook } from '../index.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const other = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const now = Date.parse('2026-03-01T12:00:00Z');
const output = { render: 'https://a.test/r', source: 'https://a.test/s', alpha: 'https://a.test/a' };
const completed = { id: 'swx_1', status: 'completed', output, completed_at: '2026-03-01T11:59:59.000Z' };

/** Signs a webhook with the reference library. */
function sign(payload: unknown, { by = secret, at = now, id = 'msg_1' } = {}) {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const headers: Record<string, string> = {
    'webhook-id': id,
    'webhook-timestamp': String(at / 1000),
    'webhook-signature': new Webhook(by).sign(id, new Date(at), body),
  };
  return { body, headers };
}

/** Verifies an invalid webhook and returns the error's message. */
async function getErrorMessage(request: Parameters<typeof verifyWebhook>[0]) {
  const result = await safe(verifyWebhook(request));
  if (result.ok) throw new Error('the webhook was accepted');
  expect(result.error).toMatchObject({ code: 'INVALID_WEBHOOK', retryable: false });
  return result.error.message;
}

describe('verifyWebhook', () => {
  test('returns the event of a valid webhook', async () => {
    expect(await verifyWebhook({ ...sign(completed), secret, now })).toEqual(completed);
  });

  test.each(['failed', 'cancelled'])('returns the event of a %s job', async (status) => {
    const event = { id: 'swx_1', status, error: 'why', completed_at: null };
    expect(await verifyWebhook({ ...sign(event), secret, now })).toEqual(event);
  });

  test('accepts the body as bytes, and a Headers object', async () => {
    const { body, headers } = sign({ ...completed, note: 'café' });
    const bytes = new TextEncoder().encode(body);
    for (const rawBody of [bytes, bytes.buffer]) {
      const event = await verifyWebhook({ body: rawBody, headers: new Headers(headers), secret, now });
      expect(event.id).toBe('swx_1');
    }
  });

  test('accepts several signatures and several secrets while a secret is rotated', async () => {
    const { body, headers } = sign(completed);
    const signatures = `${sign(completed, { by: other }).headers['webhook-signature']} v2,AAAA ${headers['webhook-signature']}`;
    const rotated = { body, headers: { ...headers, 'webhook-signature': signatures } };
    expect((await verifyWebhook({ ...rotated, secret, now })).id).toBe('swx_1');
    expect((await verifyWebhook({ body, headers, secret: [other, secret], now })).id).toBe('swx_1');
  });
});

describe('verifyWebhook rejects', () => {
  test('a webhook that was signed with another secret', async () => {
    expect(await getErrorMessage({ ...sign(completed), secret: other, now })).toContain(
      'No signature matches',
    );
  });

  test('a body that was changed after signing', async () => {
    const { body, headers } = sign(completed);
    const altered = body.replace('swx_1', 'swx_2');
    expect(await getErrorMessage({ body: altered, headers, secret, now })).toContain('No signature matches');
  });

  test('an id or timestamp that was changed after signing', async () => {
    const { body, headers } = sign(completed);
    for (const changed of [{ 'webhook-id': 'msg_2' }, { 'webhook-timestamp': String(now / 1000 + 1) }]) {
      await getErrorMessage({ body, headers: { ...headers, ...changed }, secret, now });
    }
  });

  test.each([-301_000, 301_000])(
    'a timestamp that differs from now by %i ms, unless toleranceSeconds allows it',
    async (differenceMs) => {
      expect(
        await getErrorMessage({ ...sign(completed, { at: now + differenceMs }), secret, now }),
      ).toContain('must be within 300 s');
      const tolerant = { ...sign(completed, { at: now + differenceMs }), secret, now, toleranceSeconds: 400 };
      expect((await verifyWebhook(tolerant)).id).toBe('swx_1');
    },
  );

  test.each(['', 'soon', 'NaN', '1e10', '-5'])(
    'the timestamp "%s", which is not a number of seconds',
    async (timestamp) => {
      const { body, headers } = sign(completed);
      await getErrorMessage({ body, headers: { ...headers, 'webhook-timestamp': timestamp }, secret, now });
    },
  );

  test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])(
    'a webhook without the %s header',
    async (name) => {
      const { body, headers } = sign(completed);
      const { [name]: _, ...rest } = headers;
      expect(await getErrorMessage({ body, headers: rest, secret, now })).toBe(
        `The ${name} header is missing.`,
      );
    },
  );

  test.each(['v1,', 'v1,!!!', 'v1', 'v1a,AAAA', ','])('the malformed signature "%s"', async (signature) => {
    const { body, headers } = sign(completed);
    await getErrorMessage({ body, headers: { ...headers, 'webhook-signature': signature }, secret, now });
  });

  test.each([
    'not JSON',
    '[]',
    'null',
    '{"id":"swx_1","status":"sleeping"}',
    '{"id":"swx_1","status":"completed"}',
  ])('a signed body that is not an event: %s', async (payload) => {
    expect(await getErrorMessage({ ...sign(payload), secret, now })).toContain('the body is not an event');
  });
});

test('verifyWebhook throws a TypeError for a malformed secret', async () => {
  for (const wrong of ['', 'whsec_', 'whsec_?']) {
    await expect(verifyWebhook({ ...sign(completed), secret: wrong, now })).rejects.toThrow(TypeError);
  }
});
