import { readdirSync } from 'node:fs';
import { readGuides } from './guides.ts';
import { type Page, scriptHash } from './html.ts';
import { openApiDocument } from './openapi.ts';
import { renderSite } from './site.ts';

/** What a page may do: show itself, copy an example, and ask for a search. */
const policy = `default-src 'none'; script-src ${scriptHash}; style-src 'unsafe-inline'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
const pictureTypes = { '.jpg': 'image/jpeg', '.png': 'image/png' } as const;

/** A picture of the docs: where it is, and what it is. */
interface Picture {
  readonly file: string;
  readonly type: string;
}

/** All that is served to be read. */
export interface Library {
  readonly openApi: object;
  /** By path. */
  readonly pages: ReadonlyMap<string, Page>;
  /** The page of what a search finds. */
  readonly found: (query: string) => Page;
  /** The content security policy of every page. */
  readonly policy: string;
  /** By path. A file's path that is made of a request can lead anywhere; one that was listed can't. */
  readonly pictures: ReadonlyMap<string, Picture>;
}

/** Renders the docs, which takes some hundred milliseconds. */
export function openLibrary(publicUrl: string, directory: string): Library {
  const pictures = new Map<string, Picture>();
  for (const name of readdirSync(`${directory}/images`)) {
    const [, type] = Object.entries(pictureTypes).find(([extension]) => name.endsWith(extension)) ?? [];
    if (type !== undefined)
      pictures.set(`/docs/images/${name}`, { file: `${directory}/images/${name}`, type });
  }
  return {
    openApi: openApiDocument(publicUrl),
    ...renderSite(publicUrl, readGuides(directory)),
    policy,
    pictures,
  };
}
