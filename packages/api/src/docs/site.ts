import { type ProcedureName, procedures } from '@restage/contract';
import { html, raw } from 'hono/html';
import { type Navigation, type Page, renderPage } from './html.ts';
import { renderErrorsPage } from './pages/errors-page.ts';
import type { Guide } from './pages/guides.ts';
import { renderProcedurePage } from './pages/reference-page.ts';
import { renderSearchPage, type Section, splitSections } from './search.ts';

/** The order of the guides. Guides that are not in the list come last. */
const guideOrder: readonly string[] = [
  'quickstart',
  'console',
  'concepts',
  'webhooks',
  'mcp',
  'testing',
  'limits',
  'credits',
  'switchx',
  'first-use',
  'self-hosting',
  'storage',
  'retention',
  'requests',
  'fetching',
  'engine',
  'reliability',
  'observability',
  'scaling',
  'architecture',
];

/** The rendered docs. */
interface RenderedSite {
  /** The pages, by path. */
  readonly pages: ReadonlyMap<string, Page>;
  /** Renders the results of a search. */
  renderSearch(query: string): Page;
}

/** Renders the docs. */
export function renderSite(publicUrl: string, guides: readonly Guide[]): RenderedSite {
  const listed = listGuides(guides);
  const names = Object.keys(procedures) as ProcedureName[];
  const navigation: Navigation = [
    { title: 'Guides', links: listed.map(({ slug, title }) => ({ href: `/docs/${slug}`, title })) },
    {
      title: 'Reference',
      links: [
        ...names.map((name) => ({ href: `/docs/reference/${name}`, title: procedures[name].summary })),
        { href: '/errors', title: 'Errors' },
        { href: '/openapi.json', title: 'OpenAPI' },
      ],
    },
  ];
  const pages = new Map<string, Page>();
  const sections: Section[] = [];
  const addPage = (path: string, title: string, body: unknown, currentLink = path) => {
    pages.set(path, renderPage(title, body, navigation, currentLink));
    sections.push(...splitSections(path, title, String(body)));
  };
  addPage('/docs', 'Docs', renderOverview(listed));
  for (const guide of [...listed, ...guides.filter(isRecord)]) {
    const path = `/docs/${guide.slug}`;
    addPage(path, guide.title, raw(guide.html), isRecord(guide) ? '/docs/architecture' : path);
  }
  for (const name of names) {
    addPage(`/docs/reference/${name}`, procedures[name].summary, renderProcedurePage(name, publicUrl));
  }
  addPage('/errors', 'Errors', renderErrorsPage());
  const renderSearch = (query: string) =>
    renderPage('Search', renderSearchPage(sections, query), navigation, '/docs/search');
  return { pages, renderSearch };
}

/** The guides in their order, without architecture decision records: the architecture page links to those. */
export function listGuides(guides: readonly Guide[]): Guide[] {
  return guides.filter((guide) => !isRecord(guide)).sort((a, b) => getRank(a) - getRank(b));
}

function isRecord({ slug }: Guide): boolean {
  return slug.startsWith('adr/');
}

function getRank({ slug }: Guide): number {
  const index = guideOrder.indexOf(slug);
  return index < 0 ? guideOrder.length : index;
}

function renderOverview(guides: readonly Guide[]) {
  return html`<h1>Restage</h1>
<p>Restages footage: send an image or a video with its subject, and describe a scene. Restage returns the subject, relit and composited into that scene. Wire-compatible with the SwitchX v1 API.</p>
<p>Every request needs an API key: <code>x-api-key: rsk_…</code>. Each procedure is available over REST, and over tRPC at <code>/trpc</code>.</p>
<h2>Guides</h2>${guides.map(
    ({ slug, title, summary }) => html`<h3><a href="/docs/${slug}">${title}</a></h3>${raw(summary)}`,
  )}
<h2>Reference</h2><div class="table"><table><tbody>${(Object.keys(procedures) as ProcedureName[]).map(
    (name) =>
      html`<tr><td><a href="/docs/reference/${name}">${procedures[name].summary}</a></td><td class="route">${procedures[name].rest.method} ${procedures[name].rest.path}</td></tr>`,
  )}</tbody></table></div>
<p>See <a href="/errors">all error codes</a>, with their meanings and resolutions, and the API as <a href="/openapi.json">OpenAPI 3.1</a>.</p>`;
}
