import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { tsc } from './tools.ts';

const specifier = /(from |import\()(['"])([^'"]+)\2/g;

/** Which declarations are kept, and what they may lean on. */
export interface DeclarationOptions {
  /** Compiles with `emitDeclarationOnly` into `output`. */
  readonly project: string;
  readonly output: string;
  /** What is published, below `output`; everything that it leads to is kept with it. */
  readonly entries: readonly string[];
  /** Packages that are installed with this one. */
  readonly dependencies?: readonly string[];
  /** Where, below `output`, the declaration of a room of ours stands, such as `@restage/errors`. */
  readonly roomEntry?: (specifier: string) => string | undefined;
  /** Declarations that others need not know, by their path below `output`, with what stands in their place. */
  readonly opaque?: Readonly<Record<string, string>>;
}

/**
 * Emits declarations, and keeps those that the entries lead to.
 * @throws when one of them imports what is not published with it: types must stand on their own
 */
export async function emitDeclarations(options: DeclarationOptions): Promise<void> {
  const { output, entries, opaque = {} } = options;
  const [program, compiler] = tsc;
  execFileSync(program, [compiler, '-p', options.project], { stdio: 'inherit' });
  for (const [path, text] of Object.entries(opaque)) await writeFile(join(output, path), text);
  const reached = new Set<string>();
  for (const entry of entries) await reach(resolve(output, entry), options, reached);
  for (const entry of await readdir(output, { recursive: true })) {
    const path = resolve(output, entry);
    if (path.endsWith('.d.ts') && !reached.has(path)) await rm(path);
  }
}

/** Rewrites a declaration's imports from source to output, as the compiler does in programs alone, and follows them. */
async function reach(path: string, options: DeclarationOptions, reached: Set<string>): Promise<void> {
  if (reached.has(path)) return;
  reached.add(path);
  const { output, roomEntry, dependencies = [] } = options;
  const targets: string[] = [];
  const rewrite = (_: string, before: string, quote: string, target: string) => {
    if (dependencies.includes(target)) return `${before}${quote}${target}${quote}`;
    const room = target.startsWith('.') ? undefined : roomEntry?.(target);
    if (!room && !target.startsWith('.')) {
      throw new Error(`${path} imports ${target}, which is not published with it.`);
    }
    const found = resolve(room ? join(output, room) : join(dirname(path), target.replace(/\.ts$/, '.d.ts')));
    targets.push(found);
    const way = relative(dirname(path), found).replace(/\.d\.ts$/, '.js');
    return `${before}${quote}${way.startsWith('.') ? way : `./${way}`}${quote}`;
  };
  await writeFile(path, (await readFile(path, 'utf8')).replaceAll(specifier, rewrite));
  for (const target of targets) await reach(target, options, reached);
}
