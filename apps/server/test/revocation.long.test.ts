import { testDatabase } from '@restage/db/testing';
import { expect, test } from 'vitest';
import { runServer, startJob, usePrograms, waitUntilServing } from './support/programs.ts';

usePrograms();

const sameOrigin = { 'sec-fetch-site': 'same-origin' };

/** A stream of a job's events, from its first event on. */
interface OpenStream {
  readonly isOpen: boolean;
}

async function openStream(url: string, headers: Record<string, string>): Promise<OpenStream> {
  const response = await fetch(url, { headers });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ''; !text.includes('in_queue'); ) {
    const { done, value = '' } = (await reader?.read()) ?? { done: true };
    if (done) throw new Error(`The stream ended before its first event: ${text}`);
    text += value;
  }
  const stream = { isOpen: true };
  const readToEnd = async () => {
    while (!(await reader?.read())?.done);
  };
  // A process that stops at the end of the test resets the connection.
  void readToEnd().then(
    () => (stream.isOpen = false),
    () => (stream.isOpen = false),
  );
  return stream;
}

test('a key revoked through one process is refused by another, and its streams and sessions end in both', async () => {
  const { url: DATABASE_URL } = await testDatabase();
  const first = await waitUntilServing(runServer(['serve', '--role', 'api'], { DATABASE_URL }));
  const second = await waitUntilServing(runServer(['serve', '--role', 'api'], { DATABASE_URL }));
  const urls = [first.url, second.url];
  const owner = { 'x-api-key': first.key };
  const job = await startJob(first.url, first.key);
  const created = await fetch(`${first.url}/v1/account/keys`, {
    method: 'POST',
    headers: owner,
    body: JSON.stringify({ name: 'leaked', mode: 'live' }),
  });
  const { id, key } = (await created.json()) as { id: string; key: string };
  const opened = await fetch(`${first.url}/console/session`, {
    method: 'POST',
    headers: { ...sameOrigin, 'content-type': 'application/json' },
    body: JSON.stringify({ key }),
  });
  const [cookie = ''] = (opened.headers.get('set-cookie') ?? '').split(';');
  const [byKey, bySession] = [{ 'x-api-key': key }, { cookie, ...sameOrigin }];

  const getStatuses = () =>
    Promise.all(
      urls.flatMap((url) =>
        [
          fetch(`${url}/v1/account/info`, { headers: byKey }),
          fetch(`${url}/trpc/account.info`, { headers: byKey }),
          fetch(`${url}/trpc/account.info`, { headers: bySession }),
          fetch(`${url}/console/session`, { headers: bySession }),
        ].map(async (response) => (await response).status),
      ),
    );
  expect(await getStatuses()).toEqual([200, 200, 200, 200, 200, 200, 200, 200]);
  const input = encodeURIComponent(JSON.stringify({ id: job }));
  const openStreams = (url: string) => [
    openStream(`${url}/v1/switchx/generations/${job}/events`, byKey),
    openStream(`${url}/trpc/generations.watch?input=${input}`, byKey),
    openStream(`${url}/trpc/generations.watch?input=${input}`, bySession),
  ];
  const streams = await Promise.all(urls.flatMap(openStreams));
  const ownStream = await openStream(`${second.url}/v1/switchx/generations/${job}/events`, owner);

  const revoked = await fetch(`${first.url}/v1/account/keys/${id}/revoke`, {
    method: 'POST',
    headers: owner,
  });
  expect(revoked.status).toBe(200);
  await Promise.all([
    expect.poll(getStatuses, { timeout: 10_000, interval: 250 }).toEqual(Array(8).fill(401)),
    expect.poll(() => streams.map(({ isOpen }) => isOpen), { timeout: 10_000 }).toEqual(Array(6).fill(false)),
  ]);
  // The streams of other keys go on.
  expect(ownStream.isOpen).toBe(true);
  expect((await fetch(`${second.url}/v1/account/info`, { headers: owner })).status).toBe(200);
});
