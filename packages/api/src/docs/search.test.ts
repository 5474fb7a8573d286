import { expect, test } from 'vitest';
import { sourceDocs } from './mount.ts';
import { readGuides } from './pages/guides.ts';
import { searchSections, splitSections } from './search.ts';
import { renderSite } from './site.ts';

const content =
  '<h1>A</h1><p>first &lt;b&gt;</p><h2 id="keys">API <code>keys</code></h2><p>Shown once.</p><table><tr id="NO_KEY"><td>No key</td></tr></table>';
const sections = splitSections('/docs/a', 'A', content);

test('splitSections splits a page at headings and table rows, as plain text', () => {
  expect(sections).toEqual([
    { href: '/docs/a', page: 'A', heading: 'A', text: 'A first <b>' },
    { href: '/docs/a#keys', page: 'A', heading: 'API keys', text: 'API keys Shown once.' },
    { href: '/docs/a#NO_KEY', page: 'A', heading: 'NO_KEY', text: 'No key' },
  ]);
});

test('searchSections finds sections with all words, headings first', () => {
  const search = (query: string) => searchSections(sections, query).map(({ href }) => href);
  expect(search('KEY')).toEqual(['/docs/a#keys', '/docs/a#NO_KEY']);
  expect(search('once shown')).toEqual(['/docs/a#keys']);
  expect(search('once nowhere')).toEqual([]);
  expect(search('  ')).toEqual([]);
});

test('the search page links to sections of the docs, and escapes the query', () => {
  const site = renderSite('http://a.test', readGuides(sourceDocs));
  expect(String(site.renderSearch('JOB_NOT_CANCELLABLE'))).toContain('href="/errors#JOB_NOT_CANCELLABLE"');
  expect(String(site.renderSearch('idempotency key'))).toContain('href="/docs/concepts#idempotency"');
  expect(String(site.renderSearch('<script>alert(1)</script>'))).not.toContain('<script>alert');
});
