import { type ProcedureName, procedures } from '@restage/contract';
import { html, raw } from 'hono/html';
import { errorsPage } from './errors-page.ts';
import type { Guide } from './guides.ts';
import { type Navigation, type Page, page } from './html.ts';
import { procedurePage } from './reference-page.ts';
import { type Section, searchPage, sectionsOf } from './search.ts';

/** Guides in the order in which one reads them; those that are not named follow. */
const order: readonly string[] = [
  'quickstart',
  'concepts',
  'webhooks',
  'testing',
  'limits',
  'credits',
  'switchx',
  'first-use',
  'self-hosting',
  'retention',
  'requests',
  'fetching',
  'engine',
  'reliability',
  'architecture',
];

/** The docs, rendered. */
interface Site {
  /** Every page, by its path. */
  readonly pages: ReadonlyMap<string, Page>;
  /** The page of what a search finds. */
  found(query: string): Page;
}

/** Renders the docs. */
export function renderSite(publicUrl: string, guides: readonly Guide[]): Site {
  const sorted = [...guides].sort((a, b) => place(a) - place(b));
  // Architecture decision records are reached from the page on the architecture, and by a search.
  const isRecord = ({ slug }: Guide) => slug.startsWith('adr/');
  const listed = sorted.filter((guide) => !isRecord(guide));
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
  const add = (path: string, title: string, body: unknown, listedAs = path) => {
    pages.set(path, page(title, body, navigation, listedAs));
    sections.push(...sectionsOf(path, title, String(body)));
  };
  add('/docs', 'Docs', overview(listed));
  for (const guide of sorted) {
    const path = `/docs/${guide.slug}`;
    add(path, guide.title, raw(guide.html), isRecord(guide) ? '/docs/architecture' : path);
  }
  for (const name of names) {
    add(`/docs/reference/${name}`, procedures[name].summary, procedurePage(name, publicUrl));
  }
  add('/errors', 'Errors', errorsPage());
  const found = (query: string) => page('Search', searchPage(sections, query), navigation, '/docs/search');
  return { pages, found };
}

function place({ slug }: Guide): number {
  const found = order.indexOf(slug);
  return found < 0 ? order.length : found;
}

function overview(guides: readonly Guide[]) {
  return html`<h1>Restage</h1>
<p>Restages footage: give it an image or a video, say what the subject is and what the scene should be, and it returns the subject relit and composited into that scene. Wire-compatible with the SwitchX v1 API.</p>
<p>Every call carries a key: <code>x-api-key: rsk_…</code>. The same procedures are served as REST, and over tRPC at <code>/trpc</code>.</p>
<h2>Guides</h2>${guides.map(
    ({ slug, title, summary }) => html`<h3><a href="/docs/${slug}">${title}</a></h3>${raw(summary)}`,
  )}
<h2>Reference</h2><div class="table"><table><tbody>${(Object.keys(procedures) as ProcedureName[]).map(
    (name) =>
      html`<tr><td><a href="/docs/reference/${name}">${procedures[name].summary}</a></td><td class="route">${procedures[name].rest.method} ${procedures[name].rest.path}</td></tr>`,
  )}</tbody></table></div>
<p><a href="/errors">Every error code</a>, with its meaning and its resolution; the whole as <a href="/openapi.json">OpenAPI 3.1</a>.</p>`;
}
