import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startWebhookWorkers } from '@restage/core';
import { fixturePath } from '@restage/fixtures';
import { openTransports } from '@restage/testing/support';
import { afterAll, describe, expect, test } from 'vitest';
import { exitCodes } from '../src/exit-codes.ts';
import { createRunner } from './support/run-restage.ts';

const services = await openTransports({
  work: false,
  settings: { allowPrivateNetwork: true },
  media: { allowPrivateNetwork: true },
});
const { key } = await services.account();
const restage = createRunner({ RESTAGE_API_KEY: key, RESTAGE_BASE_URL: services.url });
const stopping = new AbortController();
await startWebhookWorkers(services.ctx, services.boss, stopping.signal);

/** What the receiver answers; 410 ends a delivery at once. */
let answer = 204;
const receiver = createServer((request, response) => {
  request.resume();
  response.writeHead(request.method === 'HEAD' ? 204 : answer).end();
});
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`;
afterAll(() => {
  stopping.abort();
  receiver.close();
});

/** A delivery once it has ended. */
async function getEnded(id: string) {
  let delivery: { status: string; attempt_log: unknown[]; payload: object } | undefined;
  await expect
    .poll(async () => {
      delivery = JSON.parse((await restage(['webhooks', 'get', id, '--json'])).out);
      return delivery?.status;
    })
    .not.toBe('pending');
  return delivery;
}

describe('restage webhooks secret and rotate', () => {
  test('print the secret alone to standard output', async () => {
    const first = await restage(['webhooks', 'secret']);
    expect(first).toEqual({ exitCode: 0, out: expect.stringMatching(/^whsec_\S+\n$/), err: '' });
    const rotated = await restage(['webhooks', 'rotate', '--overlap-hours', '2']);
    expect(rotated.out).toMatch(/^whsec_\S+\n$/);
    expect(rotated.out).not.toBe(first.out);
    expect(rotated.err).toMatch(/^The previous secret signs too, until \d{4}-\S+Z\.\n$/);
    const second = await restage(['webhooks', 'secret']);
    expect(second).toEqual(rotated);
    const { secret, previous_expires_at } = JSON.parse((await restage(['webhooks', 'secret', '--json'])).out);
    expect(`${secret}\n`).toBe(rotated.out);
    expect(Math.round((Date.parse(previous_expires_at) - Date.now()) / 3_600_000)).toBe(2);
  });

  test('rotate without an overlap ends the previous secret, and with --json says so', async () => {
    const { out, err } = await restage(['webhooks', 'rotate', '--overlap-hours', '0', '--json']);
    expect(err).toBe('');
    expect(JSON.parse(out)).toEqual({
      secret: expect.stringMatching(/^whsec_/),
      previous_expires_at: null,
    });
  });

  test('rotate with too long an overlap is refused by the server', async () => {
    const { exitCode, out, err } = await restage(['webhooks', 'rotate', '--overlap-hours', '169']);
    expect([exitCode, out]).toEqual([exitCodes.rejected, '']);
    expect(err).toContain('overlap_hours must be a number of hours from 0 to 168');
  });
});

describe('restage webhooks test, list, get and resend', () => {
  test('test sends an event, and get shows its attempts and its body', async () => {
    const sent = await restage(['webhooks', 'test', url]);
    expect(sent.exitCode).toBe(exitCodes.done);
    const [, id = ''] = /^delivery +(msg_\w+)\njob +none, this is a test event\n/.exec(sent.out) ?? [];
    expect(sent.err).toBe(`To see the result: restage webhooks get ${id}\n`);
    const ended = await getEnded(id);
    expect(ended).toMatchObject({
      status: 'delivered',
      generation_id: null,
      attempt_log: [{ status: 204, error: null }],
      payload: { status: 'failed' },
    });
    const { out } = await restage(['webhooks', 'get', id]);
    expect(out).toMatch(/\nstatus +delivered, 1 attempt\n/);
    expect(out).toMatch(/\n\nATTEMPT +DURATION +STATUS +ERROR\n\S+Z +\d+ ms +204 +–\n\n\{\n/);
    expect(JSON.parse(out.slice(out.indexOf('{')))).toEqual(ended?.payload);
  });

  test('a delivery that failed is listed with its error, and resend repeats it with the same id', async () => {
    answer = 410;
    const { id } = JSON.parse((await restage(['webhooks', 'test', url, '--json'])).out);
    await getEnded(id);
    const { out } = await restage(['webhooks', 'list', '--status', 'failed']);
    expect(out).toMatch(
      new RegExp(
        `^ID +JOB +STATUS +ATTEMPTS +CREATED +NEXT ATTEMPT +URL +LAST ERROR\n${id} +test +failed +1 +\\S+Z +– +${url} +Endpoint returned 410`,
      ),
    );
    answer = 204;
    const resent = await restage(['webhooks', 'resend', id]);
    expect(resent.exitCode).toBe(exitCodes.done);
    expect(resent.out).toMatch(new RegExp(`^delivery +${id}\n`));
    expect(resent.err).toContain(`restage webhooks get ${id}`);
    expect(await getEnded(id)).toMatchObject({
      status: 'delivered',
      attempt_log: [{ status: 410 }, { status: 204 }],
    });
    expect((await restage(['webhooks', 'list', '--status', 'failed'])).out).toBe('No deliveries.\n');
  });

  test('list shows the deliveries of one job', async () => {
    const words = [
      'run',
      fixturePath('cat.png'),
      '-p',
      'snow',
      '--alpha-mode',
      'fill',
      '--callback-url',
      url,
    ];
    const ran = await restage([...words, '--timeout', '0']);
    const job = /swx_\w+/.exec(ran.err)?.[0] ?? '';
    await restage(['cancel', job]);
    const list = ['webhooks', 'list', '--job', job];
    const deliveries = JSON.parse((await restage([...list, '--json'])).out);
    expect(deliveries).toMatchObject([{ generation_id: job, url }]);
    expect((await restage(list)).out).toContain(job);
    expect(JSON.parse((await restage(['webhooks', 'list', '--json'])).out).length).toBeGreaterThan(1);
    const other = ['webhooks', 'list', '--job', 'swx_00000000000000000000000000'];
    expect((await restage(other)).out).toBe('No deliveries.\n');
  });

  test.each([['get'], ['resend']])('%s of an unknown delivery says where to find its id', async (word) => {
    const { exitCode, out, err } = await restage(['webhooks', word, 'msg_1']);
    expect([exitCode, out]).toEqual([exitCodes.rejected, '']);
    expect(err).toContain('To list the deliveries: restage webhooks list');
  });

  test('test with what is no URL is refused by the server', async () => {
    const { exitCode, err } = await restage(['webhooks', 'test', 'localhost']);
    expect(exitCode).toBe(exitCodes.rejected);
    expect(err).toContain('INVALID_CALLBACK_URL');
  });
});
