import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packAndCheck } from '@restage/sdk/build/build';
import { emitDeclarations } from '@restage/sdk/build/declarations';

const directory = fileURLToPath(new URL('..', import.meta.url));
const output = join(directory, 'dist');

/** Which declaration holds what the published types import from each package. */
const packageEntries: Readonly<Record<string, string>> = {
  '@restage/contract': 'contract/src/vocabulary.d.ts',
  '@restage/errors': 'errors/src/index.d.ts',
};

/** Builds the published @restage/api, which is types only, into `dist`, and checks the tarball. */
export async function buildApi(): Promise<void> {
  await rm(output, { recursive: true, force: true });
  await emitDeclarations({
    project: join(directory, 'tsconfig.build.json'),
    output: join(output, 'types'),
    entries: ['api/src/published.d.ts'],
    dependencies: ['@trpc/server'],
    packageEntry: (specifier) => packageEntries[specifier],
    // Users never create the server's own request context.
    opaque: {
      'api/src/context.d.ts':
        '/** The context that the server gives its procedures. */\nexport type RequestContext = object;\n',
    },
  });
  await writeFile(join(output, 'index.js'), '// This package has types only: see index.d.ts.\nexport {};\n');
  await packAndCheck(directory, 'library');
}
