import { expect, test } from 'vitest';
import { readGuides } from './guides.ts';
import { sourceDocs } from './mount.ts';
import { search, sectionsOf } from './search.ts';
import { renderSite } from './site.ts';

const content =
  '<h1>A</h1><p>first &lt;b&gt;</p><h2 id="keys">API <code>keys</code></h2><p>Shown once.</p><table><tr id="NO_KEY"><td>No key</td></tr></table>';
const sections = sectionsOf('/docs/a', 'A', content);

test('a page is found by its sections, as text', () => {
  expect(sections).toEqual([
    { href: '/docs/a', page: 'A', heading: 'A', text: 'A first <b>' },
    { href: '/docs/a#keys', page: 'A', heading: 'API keys', text: 'API keys Shown once.' },
    { href: '/docs/a#NO_KEY', page: 'A', heading: 'NO_KEY', text: 'No key' },
  ]);
});

test('all words must be there, and headings go first', () => {
  const found = (query: string) => search(sections, query).map(({ href }) => href);
  expect(found('KEY')).toEqual(['/docs/a#keys', '/docs/a#NO_KEY']);
  expect(found('once shown')).toEqual(['/docs/a#keys']);
  expect(found('once nowhere')).toEqual([]);
  expect(found('  ')).toEqual([]);
});

test('the docs are found, and what was asked is shown as text', () => {
  const site = renderSite('http://a.test', readGuides(sourceDocs));
  expect(String(site.found('JOB_NOT_CANCELLABLE'))).toContain('href="/errors#JOB_NOT_CANCELLABLE"');
  expect(String(site.found('idempotency key'))).toContain('href="/docs/concepts#idempotency"');
  expect(String(site.found('<script>alert(1)</script>'))).not.toContain('<script>alert');
});
