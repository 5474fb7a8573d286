import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { formatSecret, signWebhook } from './sign.ts';

/** Unix seconds. */
const now = Math.floor(Date.now() / 1000);
const toDate = (seconds: number) => new Date(seconds * 1000);

test('the example of the specification has its signature', () => {
  const signed = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: new Date(1_614_265_330_000),
    body: '{"test": 2432232314}',
  };
  expect(signWebhook(signed, ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  );
});

describe.each([24, 32, 63, 64])('with a secret of %i bytes', (size) => {
  test('a receiver verifies a signed message, and refuses one with a changed id, timestamp or body', () => {
    const secret = formatSecret(randomBytes(size));
    const body = JSON.stringify({ id: 'swx_1', error: 'ä “quoted” 🌊\n' });
    const headers = (id: string, timestamp: number, sealed = body) => ({
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signWebhook({ id: 'msg_1', timestamp: toDate(now), body: sealed }, [secret]),
    });
    const receiver = new Webhook(secret);
    expect(receiver.verify(body, headers('msg_1', now))).toEqual(JSON.parse(body));
    expect(() => receiver.verify(body, headers('msg_2', now))).toThrow();
    expect(() => receiver.verify(body, headers('msg_1', now + 1))).toThrow();
    expect(() => receiver.verify(`${body} `, headers('msg_1', now))).toThrow();
    expect(() => receiver.verify(body, headers('msg_1', now, '{}'))).toThrow();
  });
});

test('during a rotation a receiver verifies with either secret, and not with a third', () => {
  const [current, previous, third] = [1, 2, 3].map(() => formatSecret(randomBytes(32)));
  if (!current || !previous || !third) throw new Error('no secrets');
  const signature = signWebhook({ id: 'msg_1', timestamp: toDate(now), body: '{}' }, [current, previous]);
  const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': String(now), 'webhook-signature': signature };
  expect(signature.split(' ')).toHaveLength(2);
  expect(new Webhook(current).verify('{}', headers)).toEqual({});
  expect(new Webhook(previous).verify('{}', headers)).toEqual({});
  expect(() => new Webhook(third).verify('{}', headers)).toThrow();
});

test.each([
  [-299, true],
  [299, true],
  [-301, false],
  [301, false],
])('a receiver tolerates a clock that is off by %i s: %s', (off, tolerated) => {
  const secret = formatSecret(randomBytes(32));
  const timestamp = Math.floor(Date.now() / 1000) + off;
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signWebhook({ id: 'msg_1', timestamp: toDate(timestamp), body: '{}' }, [secret]),
  };
  const verify = () => new Webhook(secret).verify('{}', headers);
  if (tolerated) expect(verify()).toEqual({});
  else expect(verify).toThrow(/timestamp/i);
});
