import { fixturePath, fixtureUrl } from '@restage/fixtures';
import { describe, expect, test } from 'vitest';
import { safe } from '../src/index.ts';
import {
  createJob,
  createTestClient,
  sendError,
  sendResult,
  startStubServer,
} from './support/stub-server.ts';

describe('run', () => {
  test('calls onInputsRead with the generation type, and sends nothing if it throws', async () => {
    const { url, received } = await startStubServer((response) => sendError(response, 'INVALID_API_KEY'));
    const types: string[] = [];
    const onInputsRead = (type: string) => {
      types.push(type);
      throw new Error(`no ${type}`);
    };
    const expectRejection = async (source: string | URL, generation_type?: 'image' | 'video') =>
      expect(
        createTestClient(url).run({ source, prompt: 'snow', generation_type }, { onInputsRead }),
      ).rejects.toThrow(/^no /);
    await expectRejection(fixtureUrl('cat.png'));
    await expectRejection(fixtureUrl('bird.mp4'));
    await expectRejection('https://media.test/cat');
    await expectRejection('https://media.test/cat', 'video');
    expect(types).toEqual(['image', 'video', 'image', 'video']);
    expect(received).toHaveLength(0);
  });

  test('fails with FILE_FAILED before anything is sent if a file is missing', async () => {
    const { url, received } = await startStubServer((response) => sendError(response, 'INTERNAL_ERROR'));
    const result = await safe(
      createTestClient(url).run({
        source: fixturePath('sea.jpg'),
        alpha: './no-such-matte.png',
        prompt: 'snow',
      }),
    );
    expect(result.error).toMatchObject({ code: 'FILE_FAILED', status: undefined });
    expect(result.error?.message).toContain('no-such-matte.png');
    expect(received).toHaveLength(0);
  });

  test('aborts the other uploads if one fails', async () => {
    const { url, received } = await startStubServer((response, { request, body }) => {
      const name = request.url ?? '';
      if (name.startsWith('/put')) return; // hangs
      const { filename } = JSON.parse(String(body)).json;
      if (filename === 'b.png') setTimeout(() => sendError(response, 'INVALID_FILENAME'), 100);
      else sendResult(response, { id: 'upload_1', upload_url: `${url}/put`, beeble_uri: 'beeble://' });
    });
    const source = new File(['a'], 'a.png');
    const alpha = new File(['b'], 'b.png');
    const result = await safe(createTestClient(url).run({ source, alpha, prompt: 'snow' }));
    expect(result.error?.code).toBe('INVALID_FILENAME');
    const hanging = received.find(({ request }) => request.url === '/put');
    await expect.poll(() => hanging?.request.socket.destroyed).toBe(true);
  });

  test('fails with an error that carries the job once it is started', async () => {
    const { url } = await startStubServer((response, { request }) =>
      request.url?.includes('generations.start')
        ? sendResult(response, createJob())
        : sendError(response, 'INVALID_API_KEY'),
    );
    const result = await safe(
      createTestClient(url).run({ source: 'https://a.test/a.png', prompt: 'snow' }, { pollMs: 5 }),
    );
    expect(result.error).toMatchObject({ code: 'INVALID_API_KEY', job: createJob() });
  });
});
