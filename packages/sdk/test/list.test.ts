import { describe, expect, test } from 'vitest';
import type { Job } from '../src/index.ts';
import { createJob, createTestClient, sendResult, startStubServer } from './support/stub-server.ts';

describe('generations.list', () => {
  const pages: Record<string, { jobs: Job[]; next_page_token: string | null }> = {
    first: { jobs: [createJob({ id: 'swx_3' }), createJob({ id: 'swx_2' })], next_page_token: 'second' },
    second: { jobs: [], next_page_token: 'third' },
    third: { jobs: [createJob({ id: 'swx_1' })], next_page_token: null },
  };
  const startPagedServer = () =>
    startStubServer((response, { request }) => {
      const input = JSON.parse(new URL(request.url ?? '', 'http://a.test').searchParams.get('input') ?? '');
      sendResult(response, pages[input.json.page_token ?? 'first']);
    });

  test('yields the jobs of all pages, including after an empty page', async () => {
    const { url, received } = await startPagedServer();
    const ids: string[] = [];
    for await (const { id } of createTestClient(url).generations.list({ limit: 2 })) ids.push(id);
    expect(ids).toEqual(['swx_3', 'swx_2', 'swx_1']);
    expect(received).toHaveLength(3);
  });

  test('fetches no further page when the iteration stops', async () => {
    const { url, received } = await startPagedServer();
    for await (const { id } of createTestClient(url).generations.list()) if (id === 'swx_3') break;
    expect(received).toHaveLength(1);
  });

  test('returns one page, and starts at page_token', async () => {
    const { url } = await startPagedServer();
    const { generations } = createTestClient(url);
    expect(await generations.list().page()).toEqual(pages.first);
    expect(await generations.list().page('third')).toEqual(pages.third);
    const ids: string[] = [];
    for await (const { id } of generations.list({ page_token: 'second' })) ids.push(id);
    expect(ids).toEqual(['swx_1']);
  });
});
