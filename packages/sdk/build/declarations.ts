import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { tsc } from './tools.ts';

const importPattern = /(from |import\()(['"])([^'"]+)\2/g;

/** Which declarations are kept, and what they may import. */
export interface DeclarationOptions {
  /** Compiles with `emitDeclarationOnly` into `output`. */
  readonly project: string;
  readonly output: string;
  /** The published declarations, below `output`. Every declaration that they import is kept too. */
  readonly entries: readonly string[];
  /** Packages that are installed with this one, which declarations may import. */
  readonly dependencies?: readonly string[];
  /** The declaration, below `output`, of a workspace package such as `@restage/errors`. */
  readonly packageEntry?: (specifier: string) => string | undefined;
  /** Declarations that users do not need, by their path below `output`, each with the text that replaces it. */
  readonly opaque?: Readonly<Record<string, string>>;
}

/**
 * Emits declarations, and keeps those that the entries import, directly or through others.
 * @throws when one of them imports a module that is not published with it
 */
export async function emitDeclarations(options: DeclarationOptions): Promise<void> {
  const { output, entries, opaque = {} } = options;
  const compileAndReach = async () => {
    const [program, compiler] = tsc;
    execFileSync(program, [compiler, '-p', options.project], { stdio: 'inherit' });
    for (const [path, text] of Object.entries(opaque)) await writeFile(join(output, path), text);
    const reached = new Set<string>();
    for (const entry of entries) await reach(resolve(output, entry), options, reached);
    return reached;
  };
  const reached = await compileAndReach().catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    // The native compiler was seen to leave out a declaration, once in some ten runs of a busy machine.
    console.warn(`${error.path} was not emitted; compiling again`);
    return compileAndReach();
  });
  for (const entry of await readdir(output, { recursive: true })) {
    const path = resolve(output, entry);
    if (path.endsWith('.d.ts') && !reached.has(path)) await rm(path);
  }
}

/** Rewrites a declaration's imports from sources to output, which the compiler does in JavaScript only, and follows them. */
async function reach(path: string, options: DeclarationOptions, reached: Set<string>): Promise<void> {
  if (reached.has(path)) return;
  reached.add(path);
  const { output, packageEntry, dependencies = [] } = options;
  const targets: string[] = [];
  const rewrite = (_: string, before: string, quote: string, target: string) => {
    if (dependencies.includes(target)) return `${before}${quote}${target}${quote}`;
    const entry = target.startsWith('.') ? undefined : packageEntry?.(target);
    if (!entry && !target.startsWith('.')) {
      throw new Error(`${path} imports ${target}, which is not published with it.`);
    }
    const declaration = resolve(
      entry ? join(output, entry) : join(dirname(path), target.replace(/\.ts$/, '.d.ts')),
    );
    targets.push(declaration);
    const specifier = relative(dirname(path), declaration).replace(/\.d\.ts$/, '.js');
    return `${before}${quote}${specifier.startsWith('.') ? specifier : `./${specifier}`}${quote}`;
  };
  await writeFile(path, (await readFile(path, 'utf8')).replaceAll(importPattern, rewrite));
  for (const target of targets) await reach(target, options, reached);
}
