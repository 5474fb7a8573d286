import { readFixture } from '@restage/fixtures';
import { openTransports } from '@restage/testing/support';
import { expect, test } from 'vitest';
import { download } from '../renders/describe-renders.ts';
import { upload } from '../support/uploads.ts';

const server = await openTransports();
const owner = await server.account();

test('signed URLs of a job serve ranges, and fail with INVALID_SIGNATURE once altered or expired', async () => {
  const [transport] = server.transports;
  const source_uri = await upload(transport, owner.key, 'cat.png', await readFixture('cat.png'));
  const sent = { generation_type: 'image', alpha_mode: 'fill', source_uri, prompt: 'noon' };
  const started = await transport.call('generations.start', sent, owner.key);
  if (!started.ok) throw new Error(started.code);
  const got = await transport.call('generations.get', { id: started.output.id, wait: 60 }, owner.key);
  const url = got.ok ? (got.output.output?.render ?? '') : '';
  const whole = await download(url);
  const part = await fetch(url, { headers: { range: 'bytes=5-9' } });
  expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 5-9/${whole.byteLength}`]);
  expect(new Uint8Array(await part.arrayBuffer())).toEqual(whole.slice(5, 10));
  const beyond = await fetch(url, { headers: { range: `bytes=${whole.byteLength}-` } });
  expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${whole.byteLength}`]);
  const head = await fetch(url, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, String(whole.byteLength)]);
  const same = await fetch(url, { headers: { 'if-none-match': head.headers.get('etag') ?? '' } });
  expect(same.status).toBe(304);

  const altered = await fetch(url.replace('render.png', 'source.png'));
  expect([altered.status, await altered.json()]).toMatchObject([
    403,
    { error: { code: 'INVALID_SIGNATURE' } },
  ]);
  server.clock.offset = 73 * 3_600_000;
  const late = await fetch(url);
  server.clock.offset = 0;
  expect([late.status, await late.json()]).toMatchObject([403, { error: { code: 'INVALID_SIGNATURE' } }]);
});
