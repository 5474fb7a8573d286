import { html } from 'hono/html';

/** A part of a page that a search can find: from one heading to the next. */
export interface Section {
  /** Where it is, with the heading's anchor. */
  readonly href: string;
  readonly page: string;
  readonly heading: string;
  /** Its text, without marks. */
  readonly text: string;
}

/** The sections of a page's HTML. */
export function sectionsOf(path: string, page: string, content: string): Section[] {
  const parts = content.split(/(?=<(?:h2|h3|tr) id=")/);
  return parts.map((part) => {
    const [, anchor] = /^<(?:h2|h3|tr) id="([^"]+)"/.exec(part) ?? [];
    const [, heading = page] = /^<h[23][^>]*>(.*?)<\/h[23]>/s.exec(part) ?? [undefined, anchor];
    return {
      href: anchor === undefined ? path : `${path}#${anchor}`,
      page,
      heading: plain(heading),
      text: plain(part),
    };
  });
}

/** What holds all the words, in whatever case: headings first, then in the order of the pages. */
export function search(sections: readonly Section[], query: string): Section[] {
  const words = wordsOf(query);
  if (words.length === 0) return [];
  const holds = (text: string) => words.every((word) => text.toLowerCase().includes(word));
  const found = sections.filter(({ heading, text }) => holds(`${heading} ${text}`));
  const named = found.filter(({ heading }) => holds(heading));
  return [...named, ...found.filter((section) => !named.includes(section))].slice(0, most);
}

const most = 30;

/** The page of what was found. */
export function searchPage(sections: readonly Section[], query: string) {
  const found = search(sections, query);
  const none = query.trim() === '' ? 'Type what you look for.' : `Nothing holds all of “${query}”.`;
  return html`<h1>Search</h1>${found.length === 0 ? html`<p>${none}</p>` : ''}${found.map(
    ({ href, page, heading, text }) =>
      html`<p><a href="${href}">${heading}</a>${heading === page ? '' : html` <span class="muted">${page}</span>`}<br>${excerpt(text, query)}</p>`,
  )}`;
}

/** Some text around the first of the words. */
function excerpt(text: string, query: string): string {
  const at = Math.max(0, text.toLowerCase().indexOf(wordsOf(query)[0] ?? '') - 60);
  return `${at > 0 ? '… ' : ''}${text.slice(at, at + 200)}${text.length > at + 200 ? ' …' : ''}`;
}

function wordsOf(query: string): string[] {
  return query.toLowerCase().split(/\s+/).filter(Boolean).slice(0, 10);
}

function plain(markup: string): string {
  const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' };
  return markup
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => entities[name] ?? '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
