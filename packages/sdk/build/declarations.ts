import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { tsc } from './tools.ts';

const specifier = /(from |import\()(['"])([^'"]+)\2/g;

/**
 * Emits the declarations of the SDK, and keeps those that `index.d.ts` leads to.
 * @throws when one of them imports anything but its siblings: types must stand on their own
 */
export async function emitDeclarations(project: string, output: string): Promise<void> {
  const [program, compiler] = tsc;
  execFileSync(program, [compiler, '-p', project], { stdio: 'inherit' });
  const reached = new Set<string>();
  await reach(join(output, 'index.d.ts'), reached);
  for (const entry of await readdir(output, { recursive: true })) {
    const path = resolve(output, entry);
    if (path.endsWith('.d.ts') && !reached.has(path)) await rm(path);
  }
}

/** Rewrites a declaration's imports from source to output, as the compiler does in programs alone, and follows them. */
async function reach(path: string, reached: Set<string>): Promise<void> {
  const absolute = resolve(path);
  if (reached.has(absolute)) return;
  reached.add(absolute);
  const text = await readFile(absolute, 'utf8');
  const targets: string[] = [];
  const rewritten = text.replaceAll(specifier, (_, before: string, quote: string, target: string) => {
    if (!target.startsWith('.'))
      throw new Error(`${path} imports ${target}, which is not published with it.`);
    targets.push(target);
    return `${before}${quote}${target.replace(/\.ts$/, '.js')}${quote}`;
  });
  await writeFile(absolute, rewritten);
  for (const target of targets)
    await reach(join(dirname(absolute), target.replace(/\.ts$/, '.d.ts')), reached);
}
