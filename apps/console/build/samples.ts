import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const directory = join(import.meta.dirname, '../../../samples');

/** Serves the repository's samples below `samples/`, for the playground. */
export function serveSamples(): Plugin {
  return {
    name: 'samples',
    async generateBundle() {
      for (const name of await readdir(directory)) {
        this.emitFile({
          type: 'asset',
          fileName: `samples/${name}`,
          source: await readFile(join(directory, name)),
        });
      }
    },
    configureServer(server) {
      server.middlewares.use('/console/samples', async (request, response, next) => {
        const names = await readdir(directory);
        const name = names.find((candidate) => request.url === `/${candidate}`);
        if (name === undefined) next();
        else response.end(await readFile(join(directory, name)));
      });
    },
  };
}
