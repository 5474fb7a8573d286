import { globSync, readFileSync } from 'node:fs';
import { Marked, type Tokens } from 'marked';

/** A rendered page of the folder `docs`. */
export interface Guide {
  /** The file's path below `docs`, without `.md`. The page is served at `/docs/{slug}`. */
  readonly slug: string;
  readonly title: string;
  /** The first paragraph, as HTML. */
  readonly summary: string;
  /** The whole page, as HTML without scripts. */
  readonly html: string;
  /** The whole page, as it was written. */
  readonly markdown: string;
}

/** Reads and renders the pages of a folder, and its architecture decision records. HTML in them is escaped. */
export function readGuides(directory: string): Guide[] {
  const files = globSync('{*,adr/*}.md', { cwd: directory, exclude: ['adr/0000-template.md'] });
  return files.sort().map((file) => {
    const markdown = readFileSync(`${directory}/${file}`, 'utf8');
    return renderGuide(file.slice(0, -'.md'.length), markdown);
  });
}

/** Renders a page. HTML in it is escaped. */
export function renderGuide(slug: string, markdown: string): Guide {
  const tokens = marked.lexer(markdown);
  marked.walkTokens(tokens, (token) => {
    if (token.type === 'link') token.href = resolveLink(token.href, slug);
  });
  const title = tokens.find((token): token is Tokens.Heading => token.type === 'heading');
  const first = tokens.find((token): token is Tokens.Paragraph => token.type === 'paragraph');
  return {
    slug,
    title: title?.text ?? slug,
    summary: first ? marked.parser([first]) : '',
    html: marked.parser(tokens),
    markdown,
  };
}

const marked = new Marked({
  gfm: true,
  renderer: {
    html: ({ text }) => escapeHtml(text),
    heading({ tokens, depth, text }) {
      return `<h${depth} id="${toAnchor(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
    table(token) {
      const row = (cells: Tokens.TableCell[], tag: string) =>
        `<tr>${cells.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join('')}</tr>`;
      const body = token.rows.map((cells) => row(cells, 'td')).join('');
      return `<div class="table"><table><thead>${row(token.header, 'th')}</thead><tbody>${body}</tbody></table></div>\n`;
    },
    code: ({ text }) => `<pre><code>${escapeHtml(text)}\n</code></pre>\n`,
    link({ href, tokens }) {
      const content = this.parser.parseInline(tokens);
      return href === '' ? content : `<a href="${escapeHtml(href)}">${content}</a>`;
    },
    image({ href, text }) {
      return /^images\/[\w-]+\.(?:jpg|png)$/.test(href)
        ? `<img src="/docs/${href}" alt="${escapeHtml(text)}">`
        : '';
    },
  },
});

/**
 * Resolves a link of a page to the URL where its target is served.
 * @returns an empty string for a file that is not served
 */
function resolveLink(href: string, slug: string): string {
  if (/^(?:https?:\/\/|\/|#)/.test(href)) return href;
  const { pathname = '', hash = '' } = URL.parse(href, `http://localhost/docs/${slug}`) ?? {};
  const [, page] = /^\/docs\/([\w/-]+)\.md$/.exec(pathname) ?? [];
  return page === undefined ? '' : `/docs/${page}${hash}`;
}

/** Creates the anchor of a heading as GitHub does. */
function toAnchor(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
