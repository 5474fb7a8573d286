import { expect, test } from 'vitest';
import { sourceDocs } from '../mount.ts';
import { renderSite } from '../site.ts';
import { readGuides, renderGuide } from './guides.ts';

test('a link between pages resolves to its served URL, and a link out of the docs becomes text', () => {
  const { html } = renderGuide(
    'a',
    '# A\n\n[b](b.md#some-place) [c](https://c.test/) [readme](../README.md) [bad](javascript:alert) [`/errors`](/errors)',
  );
  expect(html).toContain('<a href="/docs/b#some-place">b</a>');
  expect(html).toContain('<a href="https://c.test/">c</a>');
  expect(html).toContain('<a href="/errors"><code>/errors</code></a>');
  expect(html).toContain(' readme bad ');
});

test('a link in an architecture decision record resolves from its own folder', () => {
  const { html } = renderGuide(
    'adr/0001-a',
    '# A\n\n[up](../b.md#some-place) [beside](0002-b.md) [code](../../packages/errors/src/failure.ts)',
  );
  expect(html).toContain('<a href="/docs/b#some-place">up</a>');
  expect(html).toContain('<a href="/docs/adr/0002-b">beside</a>');
  expect(html).toContain(' code</p>');
});

test('an architecture decision record has a page, and is not in the navigation', () => {
  const { pages } = renderSite('http://a.test', readGuides(sourceDocs));
  const records = [...pages.keys()].filter((path) => path.startsWith('/docs/adr/'));
  expect(records.length).toBeGreaterThan(5);
  expect(records.filter((path) => path.includes('template'))).toEqual([]);
  const [record = ''] = records;
  expect(String(pages.get('/docs/quickstart'))).not.toContain(`href="${record}"`);
  expect(String(pages.get('/docs/architecture'))).toContain(`href="${record}"`);
});

test('HTML in a page is escaped', () => {
  const { html } = renderGuide(
    'a',
    '# A\n\n<script>x</script>\n\nb <img src=x onerror=y> `<i>`\n\n```\n<b>\n```',
  );
  expect(html).not.toMatch(/<(?:script|img|i|b)[ >]/);
  expect(html).toContain('&lt;script&gt;');
});

test('a rendered page has its title, its first paragraph and anchors', () => {
  const guide = renderGuide('a', '# The *title*\n\nFirst, `so`.\n\n## What’s it, and why?\n\nSecond.');
  expect(guide).toMatchObject({ title: 'The *title*', summary: '<p>First, <code>so</code>.</p>\n' });
  expect(guide.html).toContain('<h2 id="whats-it-and-why">');
});

test('every link between pages has an existing page and heading as its target', () => {
  const guides = readGuides(sourceDocs);
  const anchors = new Set(
    guides.flatMap(({ slug, html }) => [
      `/docs/${slug}`,
      ...[...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => `/docs/${slug}#${id}`),
    ]),
  );
  const links = guides.flatMap(({ html }) =>
    [...html.matchAll(/href="(\/docs\/[^"]*)"/g)].map(([, href]) => href),
  );
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((href) => !href?.startsWith('/docs/reference/') && !anchors.has(href ?? ''))).toEqual(
    [],
  );
});
