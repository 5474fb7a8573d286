import { readdirSync } from 'node:fs';
import { type Page, scriptHash } from './html.ts';
import { listMarkdown } from './markdown.ts';
import { createOpenApiDocument } from './openapi.ts';
import { readGuides } from './pages/guides.ts';
import { renderSite } from './site.ts';

/** Allows the pages' own script, styles, images and search form, and nothing else. */
const contentSecurityPolicy = `default-src 'none'; script-src ${scriptHash}; style-src 'unsafe-inline'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
const imageTypes = { '.jpg': 'image/jpeg', '.png': 'image/png' } as const;

/** An image of the docs: its file and its content type. */
interface Image {
  readonly file: string;
  readonly type: string;
}

/** Everything that is served at /docs, /errors and /openapi.json. */
export interface DocsSite {
  readonly openApi: object;
  /** The pages, by path. */
  readonly pages: ReadonlyMap<string, Page>;
  /** The guides as Markdown, and their list, by path. */
  readonly markdown: ReadonlyMap<string, string>;
  /** Renders the results of a search. */
  readonly renderSearch: (query: string) => Page;
  /** The content security policy of every page. */
  readonly contentSecurityPolicy: string;
  /** The images, by path. Only listed files are served, so that no request can name another file. */
  readonly images: ReadonlyMap<string, Image>;
}

/** Renders the docs, which takes a few hundred milliseconds. */
export function createDocsSite(publicUrl: string, directory: string): DocsSite {
  const images = new Map<string, Image>();
  for (const name of readdirSync(`${directory}/images`)) {
    const [, type] = Object.entries(imageTypes).find(([extension]) => name.endsWith(extension)) ?? [];
    if (type !== undefined) images.set(`/docs/images/${name}`, { file: `${directory}/images/${name}`, type });
  }
  const guides = readGuides(directory);
  return {
    openApi: createOpenApiDocument(publicUrl),
    ...renderSite(publicUrl, guides),
    markdown: listMarkdown(publicUrl, guides),
    contentSecurityPolicy,
    images,
  };
}
