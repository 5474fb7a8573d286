import { buildSdk } from '../packages/sdk/build/build.ts';

/** Builds what is published, checks it as it would be installed, and says how large it is. */
const { bytes, minifiedGzipped } = await buildSdk();
console.log(
  `@restage/sdk: ${bytes} bytes, ${minifiedGzipped} minified and gzipped; publint and types are clean`,
);
