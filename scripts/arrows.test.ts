import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Which rooms a room may import: the arrows of the design, `errors ← contract ← … ← api ← server`. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  contract: ['errors'],
  db: ['errors', 'contract'],
  storage: ['errors', 'contract'],
  media: ['errors', 'contract'],
  engine: ['errors', 'contract'],
  core: ['errors', 'contract', 'db', 'storage', 'media', 'engine'],
  api: ['errors', 'contract', 'core', 'storage'],
  sdk: ['errors', 'contract'],
  cli: ['errors', 'sdk'],
  server: ['errors', 'contract', 'db', 'storage', 'media', 'engine', 'core', 'api'],
};

/** Libraries that belong to some rooms alone. */
const owned: Readonly<Record<string, readonly string[]>> = {
  'drizzle-orm': ['db', 'core'],
  hono: ['api', 'server'],
  '@hono/node-server': ['api', 'server'],
  sharp: ['engine'],
  'node-av': ['engine'],
  'onnxruntime-node': ['engine'],
  mediabunny: ['media', 'engine'],
  'image-size': ['media'],
  undici: ['media'],
};

interface Import {
  readonly file: string;
  readonly room: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

const importing =
  /(?:^|\n)\s*(?:import|export)(\s+type)?\s(?:[^'";]*?\sfrom\s)?\s*'([^']+)'|import\('([^']+)'\)/g;

function importsOf(file: string): Import[] {
  const room = file.split('/')[1] ?? '';
  return [...readFileSync(`${root}${file}`, 'utf8').matchAll(importing)].map((match) => ({
    file,
    room,
    specifier: match[2] ?? match[3] ?? '',
    typeOnly: match[1] !== undefined,
  }));
}

const files = globSync('{packages,apps}/*/src/**/*.ts', { cwd: root });
const isTest = (file: string) => /\.test(-d)?\.ts$|\/(testing|suite)\//.test(file);
const imports = files.filter((file) => !isTest(file)).flatMap(importsOf);

test('there are rooms, and every one has its arrows', () => {
  expect(imports.length).toBeGreaterThan(100);
  expect([...new Set(imports.map(({ room }) => room))].filter((room) => !(room in arrows))).toEqual([]);
});

test('rooms import only what their arrows allow', () => {
  const wrong = imports.filter(({ room, specifier, typeOnly }) => {
    const target = /^@restage\/(\w+)/.exec(specifier)?.[1];
    if (target === undefined || target === room) return false;
    // The SDK is made to the router's type, and to nothing else of the server.
    if (room === 'sdk' && target === 'api' && typeOnly) return false;
    return !arrows[room]?.includes(target);
  });
  expect(wrong).toEqual([]);
});

test('libraries are imported in the rooms that own them', () => {
  const wrong = imports.filter(({ room, specifier }) => {
    const [library] = Object.keys(owned).filter(
      (name) => specifier === name || specifier.startsWith(`${name}/`),
    );
    return library !== undefined && !owned[library]?.includes(room);
  });
  expect(wrong).toEqual([]);
});

test('no room reaches into another by a path', () => {
  const wrong = imports.filter(({ specifier }) => /\.\.\/(?:packages|apps)\//.test(specifier));
  expect(wrong).toEqual([]);
});
