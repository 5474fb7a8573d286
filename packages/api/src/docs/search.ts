import { html } from 'hono/html';

/** A section of a page, from one heading to the next. */
export interface Section {
  /** The page's path, with the anchor of the heading. */
  readonly href: string;
  readonly page: string;
  readonly heading: string;
  /** The text, without markup. */
  readonly text: string;
}

/** Splits a page's HTML into its sections. */
export function splitSections(path: string, page: string, content: string): Section[] {
  const parts = content.split(/(?=<(?:h2|h3|tr) id=")/);
  return parts.map((part) => {
    const [, anchor] = /^<(?:h2|h3|tr) id="([^"]+)"/.exec(part) ?? [];
    const [, heading = page] = /^<h[23][^>]*>(.*?)<\/h[23]>/s.exec(part) ?? [undefined, anchor];
    return {
      href: anchor === undefined ? path : `${path}#${anchor}`,
      page,
      heading: toPlainText(heading),
      text: toPlainText(part),
    };
  });
}

/** Finds the sections that contain all words of a query, in any case. Matching headings come first, then page order. */
export function searchSections(sections: readonly Section[], query: string): Section[] {
  const words = splitWords(query);
  if (words.length === 0) return [];
  const matches = (text: string) => words.every((word) => text.toLowerCase().includes(word));
  const found = sections.filter(({ heading, text }) => matches(`${heading} ${text}`));
  const headingMatches = found.filter(({ heading }) => matches(heading));
  return [...headingMatches, ...found.filter((section) => !headingMatches.includes(section))].slice(
    0,
    maxResults,
  );
}

const maxResults = 30;

/** Renders the results of a search. */
export function renderSearchPage(sections: readonly Section[], query: string) {
  const found = searchSections(sections, query);
  const message = query.trim() === '' ? 'Enter a search term.' : `No results for “${query}”.`;
  return html`<h1>Search</h1>${found.length === 0 ? html`<p>${message}</p>` : ''}${found.map(
    ({ href, page, heading, text }) =>
      html`<p><a href="${href}">${heading}</a>${heading === page ? '' : html` <span class="muted">${page}</span>`}<br>${createExcerpt(text, query)}</p>`,
  )}`;
}

/** Creates an excerpt around the first word of the query. */
function createExcerpt(text: string, query: string): string {
  const at = Math.max(0, text.toLowerCase().indexOf(splitWords(query)[0] ?? '') - 60);
  return `${at > 0 ? '… ' : ''}${text.slice(at, at + 200)}${text.length > at + 200 ? ' …' : ''}`;
}

function splitWords(query: string): string[] {
  return query.toLowerCase().split(/\s+/).filter(Boolean).slice(0, 10);
}

/** The text of HTML, in one line. */
export function toPlainText(markup: string): string {
  const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' };
  return markup
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => entities[name] ?? '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
