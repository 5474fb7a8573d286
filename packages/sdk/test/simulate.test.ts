import { describe, expect, test } from 'vitest';
import {
  completedJob,
  createJob,
  createTestClient,
  sendResult,
  startStubServer,
} from './support/stub-server.ts';

describe('simulate', () => {
  test('is sent with the call that sets it, and with no other', async () => {
    const { url, received } = await startStubServer((response) => sendResult(response, createJob()));
    const { generations } = createTestClient(url);
    await generations.get('swx_1', { simulate: 'JOB_NOT_FOUND' });
    await generations.get('swx_1');
    await generations.cancel('swx_1', { simulate: 'JOB_NOT_CANCELLABLE' });
    expect(received.map(({ request }) => request.headers['x-restage-simulate'])).toEqual([
      'JOB_NOT_FOUND',
      undefined,
      'JOB_NOT_CANCELLABLE',
    ]);
  });

  test.each([
    ['JOB_QUEUE_FAILED', 'generations.start'],
    ['job-failed', 'generations.start'],
    ['UPLOAD_URL_FAILED', 'uploads.create'],
  ] as const)('%s in a run is sent with %s', async (simulate, procedure) => {
    const { url, received } = await startStubServer((response, { request }) => {
      if (request.url?.includes('uploads.create'))
        sendResult(response, {
          id: 'upload_1',
          upload_url: `${url}/put`,
          beeble_uri: 'beeble://uploads/upload_1/a.png',
        });
      else if (request.url === '/put') response.end();
      else sendResult(response, completedJob);
    });
    await createTestClient(url).run({ source: new File(['a'], 'a.png'), prompt: 'snow' }, { simulate });
    const simulated = received.filter(({ request }) => request.headers['x-restage-simulate'] === simulate);
    expect(simulated.map(({ request }) => request.url)).toEqual([`/trpc/${procedure}`]);
  });
});
