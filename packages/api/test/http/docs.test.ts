import { createHash } from 'node:crypto';
import { procedures } from '@restage/contract';
import { catalog, errorCodes } from '@restage/errors';
import { openTransports } from '@restage/testing/support';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import type { createOpenApiDocument } from '../../src/index.ts';
import { createHttpClient } from '../support/http-client.ts';

const server = await openTransports({ work: false });
const { key } = await server.account();
const client = createHttpClient(server.url, key);

test('/openapi.json is valid OpenAPI 3.1, with every procedure and its codes', async () => {
  const document = (await (await client.request('/openapi.json')).json()) as ReturnType<
    typeof createOpenApiDocument
  >;
  expect(await new Validator().validate(document)).toMatchObject({ valid: true });
  expect(document).toMatchObject({ openapi: '3.1.0' });
  const paths = document.paths as Record<string, Record<string, { operationId: string; responses: object }>>;
  const operations = Object.values(paths).flatMap((path) => Object.values(path));
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(procedures).sort());
  const start = operations.find(({ operationId }) => operationId === 'generations.start');
  for (const code of procedures['generations.start'].errors) {
    expect(JSON.stringify(Reflect.get(start?.responses ?? {}, catalog[code].status)), code).toContain(code);
  }
});

test('/openapi.json allows additional fields in responses', async () => {
  const text = await (await client.request('/openapi.json')).text();
  expect(text).not.toContain('additionalProperties');
  expect(text).not.toContain('unevaluatedProperties');
});

test('/openapi.json describes a stream as text, with the schema of its events', async () => {
  const { paths, components } = (await (await client.request('/openapi.json')).json()) as {
    paths: Record<string, { get: { responses: Record<string, { content?: object; description: string }> } }>;
    components: { schemas: Record<string, object> };
  };
  const responses = paths['/v1/switchx/generations/{id}/events']?.get.responses;
  expect(responses?.['200']?.content).toMatchObject({
    'text/event-stream': {
      schema: { type: 'string', contentSchema: { $ref: '#/components/schemas/JobEvent' } },
    },
  });
  expect(responses?.['204']).toMatchObject({ description: expect.stringContaining('ended') });
  expect(responses?.['204']).not.toHaveProperty('content');
  expect(components.schemas.JobEvent).toMatchObject({
    required: ['id', 'event', 'data'],
    properties: { event: { const: 'job' }, data: { contentSchema: { $ref: '#/components/schemas/Job' } } },
  });
});

test('/docs lists every route, and /errors has an anchor for every code', async () => {
  const docs = await (await client.request('/docs')).text();
  for (const { rest } of Object.values(procedures)) expect(docs).toContain(`${rest.method} ${rest.path}`);
  const errors = await (await client.request('/errors')).text();
  for (const code of errorCodes) expect(errors).toContain(`id="${code}"`);
});

test('every page linked from /docs exists, allows only its own script, and loads only its images', async () => {
  const visited = new Set<string>();
  const queue = ['/docs'];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (visited.has(path)) continue;
    visited.add(path);
    const response = await client.request(path);
    expect(response.status, path).toBe(200);
    if (!response.headers.get('content-type')?.startsWith('text/html')) continue;
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    const text = await response.text();
    const scripts = [...text.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script = '']) => script);
    expect(scripts).toHaveLength(1);
    const hash = createHash('sha256').update(scripts.join('')).digest('base64');
    expect(response.headers.get('content-security-policy')).toContain(`script-src 'sha256-${hash}';`);
    expect(text.replaceAll(/<script>.*?<\/script>/gs, '')).not.toMatch(
      /<script|@import|url\(|(?:href|src)="(?!\/|#|https?:)/,
    );
    const currentLink = path.startsWith('/docs/adr/') ? '/docs/architecture' : path;
    expect(text, path).toContain(path === '/docs' ? '<nav' : `href="${currentLink}" aria-current="page"`);
    // The console is a page of its own, with a policy of its own.
    for (const [, href = ''] of text.matchAll(/(?:href|src)="(\/(?!console")[^"#]*)/g)) queue.push(href);
  }
  const procedurePages = Object.keys(procedures).map((name) => `/docs/reference/${name}`);
  for (const path of [...procedurePages, '/docs/quickstart', '/docs/images/scenes.jpg', '/errors'])
    expect([...visited]).toContain(path);
});

test('/docs/search links to matching sections, and escapes the query', async () => {
  const query = encodeURIComponent('<b>moves backwards');
  const none = await client.request(`/docs/search?q=${query}`);
  expect(none.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await none.text()).toContain('&lt;b&gt;moves backwards');
  expect(await (await client.request('/docs/search?q=moves+backwards')).text()).toContain(
    '/docs/concepts#the-life-of-a-job',
  );
  expect((await client.request('/docs/search')).status).toBe(200);
});

test('/docs/reference/{name} has examples with curl, the SDK and tRPC', async () => {
  for (const name of Object.keys(procedures)) {
    const text = await (await client.request(`/docs/reference/${name}`)).text();
    expect(text).toMatch(/curl http.*new Restage\(.*\/trpc/s);
  }
});

test('/llms.txt lists every guide, and each is served as it was written', async () => {
  const list = await client.request('/llms.txt');
  expect(list.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
  const links = [...(await list.text()).matchAll(/^- \[.+\]\(http:\/\/docs\.restage\.test(.+)\): ./gm)];
  const paths = links.map(([, path = '']) => path);
  expect(paths).toEqual(expect.arrayContaining(['/docs/quickstart.md', '/docs/mcp.md', '/openapi.json']));
  const docs = await (await client.request('/docs')).text();
  for (const path of paths.filter((each) => each.endsWith('.md'))) {
    expect(docs).toContain(`href="${path.slice(0, -'.md'.length)}"`);
    expect(await (await client.request(path)).text(), path).toMatch(/^# /);
  }
  expect((await client.request('/docs/missing.md')).status).toBe(404);
});
