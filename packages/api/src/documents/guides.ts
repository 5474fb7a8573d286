import { readdirSync, readFileSync } from 'node:fs';
import { Marked, type Tokens } from 'marked';

/** A page of the folder `docs`, rendered. */
export interface Guide {
  /** The file's name without `.md`; it is served at `/docs/{slug}`. */
  readonly slug: string;
  readonly title: string;
  /** Its first paragraph, as HTML. */
  readonly summary: string;
  /** All of it, as HTML without script. */
  readonly html: string;
}

/** Reads and renders all pages of a folder. What is written in HTML is shown as text. */
export function readGuides(directory: string): Guide[] {
  const files = readdirSync(directory).filter((file) => file.endsWith('.md'));
  return files.sort().map((file) => {
    const markdown = readFileSync(`${directory}/${file}`, 'utf8');
    return renderGuide(file.slice(0, -'.md'.length), markdown);
  });
}

/** Renders a page. */
export function renderGuide(slug: string, markdown: string): Guide {
  const tokens = marked.lexer(markdown);
  const title = tokens.find((token): token is Tokens.Heading => token.type === 'heading');
  const first = tokens.find((token): token is Tokens.Paragraph => token.type === 'paragraph');
  return {
    slug,
    title: title?.text ?? slug,
    summary: first ? marked.parser([first]) : '',
    html: marked.parser(tokens),
  };
}

const marked = new Marked({
  gfm: true,
  renderer: {
    html: ({ text }) => escaped(text),
    heading({ tokens, depth, text }) {
      return `<h${depth} id="${anchor(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
    table(token) {
      const row = (cells: Tokens.TableCell[], tag: string) =>
        `<tr>${cells.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join('')}</tr>`;
      const body = token.rows.map((cells) => row(cells, 'td')).join('');
      return `<div class="table"><table><thead>${row(token.header, 'th')}</thead><tbody>${body}</tbody></table></div>\n`;
    },
    code: ({ text }) => `<pre><code>${escaped(text)}\n</code></pre>\n`,
    link({ href, tokens }) {
      const inside = this.parser.parseInline(tokens);
      const target = served(href);
      return target === undefined ? inside : `<a href="${escaped(target)}">${inside}</a>`;
    },
    image({ href, text }) {
      return /^images\/[\w-]+\.(?:jpg|png)$/.test(href)
        ? `<img src="/docs/${href}" alt="${escaped(text)}">`
        : '';
    },
  },
});

/** Where a link leads when the page is served; undefined for files of the repository alone. */
function served(href: string): string | undefined {
  const [, slug, at = ''] = /^([\w-]+)\.md(#.*)?$/.exec(href) ?? [];
  if (slug !== undefined) return `/docs/${slug}${at}`;
  return /^(?:https?:\/\/|\/|#)/.test(href) ? href : undefined;
}

/** The anchor that GitHub gives a heading. */
function anchor(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
