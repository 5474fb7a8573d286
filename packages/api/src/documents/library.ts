import { readdirSync } from 'node:fs';
import { readGuides } from './guides.ts';
import type { Page } from './html.ts';
import { openApiDocument } from './openapi.ts';
import { renderSite } from './site.ts';

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
  /** By name. A path that is made of a request can lead anywhere; one that was listed can't. */
  readonly pictures: ReadonlyMap<string, Picture>;
}

/** Renders the docs, which takes some hundred milliseconds. */
export function openLibrary(publicUrl: string, directory: string): Library {
  const pictures = new Map<string, Picture>();
  for (const name of readdirSync(`${directory}/images`)) {
    const [, type] = Object.entries(pictureTypes).find(([extension]) => name.endsWith(extension)) ?? [];
    if (type !== undefined) pictures.set(name, { file: `${directory}/images/${name}`, type });
  }
  return {
    openApi: openApiDocument(publicUrl),
    pages: renderSite(publicUrl, readGuides(directory)),
    pictures,
  };
}
