/**
 * Every code block of the Markdown files and of the reference that the server makes is checked:
 *
 * - `sh`: the shell can parse it.
 * - `sh run`: it is run, with `bash -euo pipefail`, against a server. The blocks of a page are one script, so that a
 *   variable of one is known to the next. `restage` and `restage-server` are there, as are `samples`, RESTAGE_API_KEY and
 *   RESTAGE_BASE_URL.
 * - `ts`: it compiles, strictly, by itself, against the packages of the workspace.
 * - `ts run`: it is run too, in the same place.
 * - `json`: it is JSON.
 * - no language: not code. Any other mark is a mistake.
 */
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { startServer } from './programs.ts';
import type {} from './server-setup.ts';

const execute = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const pages = globSync('{*,docs/*,docs/adr/*,{packages,examples}/*/README,bench/*}.md', { cwd: root }).sort();

interface Block {
  readonly page: string;
  readonly mark: string;
  readonly code: string;
}

const blocks = (await Promise.all(pages.map(blocksOf))).flat();

async function blocksOf(page: string): Promise<Block[]> {
  const text = await readFile(join(root, page), 'utf8');
  return [...text.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)].map(([, mark = '', code = '']) => ({
    page,
    mark,
    code,
  }));
}

const place = await mkdtemp(join(tmpdir(), 'restage-docs-'));
const server = await startServer(join(place, 'data'), {}, inject('restageServer'));
afterAll(async () => {
  await server.stop();
  await rm(place, { recursive: true, force: true });
});
blocks.push(...(await referenceBlocks()));
await lay();

/** The examples of the reference, as the server shows them. */
async function referenceBlocks(): Promise<Block[]> {
  const docs = await (await fetch(`${server.url}/docs`)).text();
  const paths = new Set(
    [...docs.matchAll(/href="(\/docs\/reference\/[^"]+)"/g)].map(([, path = '']) => path),
  );
  const found = [...paths].map(async (page) => {
    const text = await (await fetch(`${server.url}${page}`)).text();
    return [...text.matchAll(/<code class="(\w+)">(.*?)<\/code>/gs)].map(([, mark = '', code = '']) => ({
      page,
      mark,
      code: unescaped(code),
    }));
  });
  return (await Promise.all(found)).flat();
}

function unescaped(html: string): string {
  const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' };
  return html.replaceAll(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => entities[name] ?? '');
}

/** Lays out the place that blocks are run in: the packages, as they would be installed, and the programs. */
async function lay(): Promise<void> {
  const installed = {
    '@restage/errors': 'packages/errors',
    '@restage/sdk': 'packages/sdk',
    '@restage/api': 'packages/api',
    '@restage/testing': 'packages/testing',
    '@restage/engine': 'packages/engine',
    '@trpc/client': 'packages/sdk/node_modules/@trpc/client',
    superjson: 'packages/sdk/node_modules/superjson',
  };
  for (const [name, path] of Object.entries(installed)) {
    await mkdir(join(place, 'node_modules', name, '..'), { recursive: true });
    await symlink(join(root, path), join(place, 'node_modules', name));
  }
  await symlink(join(root, 'samples'), join(place, 'samples'));
  await mkdir(join(place, 'bin'));
  await program('restage', 'packages/cli/src/main.ts');
  await program('restage-server', 'apps/server/src/cli.ts');
  await writeFile(join(place, 'package.json'), '{ "type": "module" }');
}

async function program(name: string, source: string): Promise<void> {
  const path = join(place, 'bin', name);
  await writeFile(path, `#!/bin/sh\nexec '${process.execPath}' '${join(root, source)}' "$@"\n`);
  await chmod(path, 0o755);
}

/** Runs a program where blocks are run. Rejects with what it wrote. */
async function run(file: string, words: readonly string[]): Promise<void> {
  const env = {
    ...process.env,
    PATH: `${join(place, 'bin')}:${process.env.PATH}`,
    RESTAGE_API_KEY: server.key,
    RESTAGE_BASE_URL: server.url,
    RESTAGE_DATA_DIR: join(place, 'data'),
  };
  await execute(file, [...words], { cwd: place, env, timeout: 150_000 });
}

const marked = (mark: string) => blocks.filter((block) => block.mark === mark);
const pagesWith = (mark: string) => [...new Set(marked(mark).map(({ page }) => page))];

test('there are blocks of every kind, with marks that mean something', () => {
  const counts = ['sh', 'sh run', 'ts', 'ts run', 'json'].map((mark) => marked(mark).length);
  expect(Math.min(...counts)).toBeGreaterThan(0);
  const known = /^(?:(?:sh|ts)(?: run)?|json)?$/;
  expect(blocks.filter(({ mark }) => !known.test(mark))).toEqual([]);
});

test('what is JSON parses', () => {
  for (const { page, code } of marked('json'))
    expect(() => JSON.parse(code), `${page}\n${code}`).not.toThrow();
});

test('the shell can parse what is shell', async () => {
  for (const [index, { page, code }] of [...marked('sh'), ...marked('sh run')].entries()) {
    const script = join(place, `parse-${index}.sh`);
    await writeFile(script, code);
    await expect(execute('bash', ['-n', script]), page).resolves.toMatchObject({ stderr: '' });
  }
});

test('what is TypeScript compiles', async () => {
  const files: string[] = [];
  for (const [index, { page, code }] of [...marked('ts'), ...marked('ts run')].entries()) {
    const file = `${page.replaceAll(/\W+/g, '-')}-${index}.ts`;
    // Each is a module of its own, also where it imports nothing.
    await writeFile(join(place, file), `${code}\nexport {};\n`);
    files.push(file);
  }
  const compilerOptions = {
    noUnusedLocals: false,
    noUnusedParameters: false,
    typeRoots: [join(root, 'node_modules/@types')],
  };
  const config = { extends: join(root, 'tsconfig.json'), compilerOptions, include: files, exclude: [] };
  await writeFile(join(place, 'tsconfig.json'), JSON.stringify(config));
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const checked = execute(process.execPath, [compiler, '-p', place], { cwd: place });
  await expect(checked.catch(({ stdout }) => ({ stdout }))).resolves.toMatchObject({ stdout: '' });
});

describe('what is to be run succeeds against a server', { timeout: 300_000 }, () => {
  test.each(pagesWith('sh run'))('the shell of %s', async (page) => {
    const script = marked('sh run').filter((block) => block.page === page);
    await writeFile(join(place, 'page.sh'), script.map(({ code }) => code).join('\n'));
    await run('bash', ['-euo', 'pipefail', 'page.sh']);
  });

  test.each(pagesWith('ts run'))('the TypeScript of %s', async (page) => {
    for (const { code } of marked('ts run').filter((block) => block.page === page)) {
      await writeFile(join(place, 'page.ts'), code);
      await run(process.execPath, ['page.ts']);
    }
  });

  test('and what they save is a picture', async () => {
    const picture = await readFile(join(place, 'beach.png'));
    expect(picture.toString('latin1', 1, 4)).toBe('PNG');
  });
});
