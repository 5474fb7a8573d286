import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** A script of the build, and the scripts that it loads. */
export interface Chunk {
  readonly fileName: string;
  readonly code: string;
  readonly isEntry: boolean;
  readonly imports: readonly string[];
  readonly dynamicImports: readonly string[];
}

/** What the largest first load takes. */
export interface FirstLoad {
  /** The script of the page. */
  readonly page: string;
  /** Gzipped. */
  readonly bytes: number;
}

/**
 * The gzipped bytes of all scripts that the largest page needs at first load: those of the entry, and those of the page,
 * which the entry loads on demand. What a page itself loads on demand doesn't count.
 */
export function measureFirstLoad(chunks: readonly Chunk[]): {
  readonly page: string;
  readonly bytes: number;
} {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const collect = (name: string, found: Set<string>): Set<string> => {
    const chunk = byName.get(name);
    if (!chunk || found.has(name)) return found;
    found.add(name);
    for (const imported of chunk.imports) collect(imported, found);
    return found;
  };
  const entries = chunks.filter(({ isEntry }) => isEntry);
  const shell = new Set(entries.flatMap(({ fileName }) => [...collect(fileName, new Set())]));
  const pages = entries.flatMap(({ dynamicImports }) => dynamicImports);
  const sizes = [...pages, ...entries.map(({ fileName }) => fileName)].map((page) => ({
    page,
    bytes: [...collect(page, new Set(shell))].reduce((sum, name) => sum + gzippedSize(byName.get(name)), 0),
  }));
  return sizes.reduce((largest, size) => (size.bytes > largest.bytes ? size : largest), {
    page: '',
    bytes: 0,
  });
}

function gzippedSize(chunk: Chunk | undefined): number {
  return chunk ? gzipSync(chunk.code).byteLength : 0;
}

/** Fails the build if the scripts of a first load are larger than allowed. */
export function firstLoadBudget(maxBytes: number, onMeasured: (firstLoad: FirstLoad) => void): Plugin {
  return {
    name: 'first-load-budget',
    generateBundle(_, bundle) {
      const firstLoad = measureFirstLoad(Object.values(bundle).filter((output) => output.type === 'chunk'));
      onMeasured(firstLoad);
      const { page, bytes } = firstLoad;
      if (bytes <= maxBytes) return;
      this.error(
        `The first load of ${page} takes ${bytes} bytes of gzipped JavaScript; at most ${maxBytes} are allowed.`,
      );
    },
  };
}
