import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { tsc } from './tools.ts';

const specifier = /(from |import\()(['"])([^'"]+)\2/g;

/** Which declarations to keep, and what they may import. */
export interface DeclarationOptions {
  /** The tsconfig. It compiles with `emitDeclarationOnly` into `output`. */
  readonly project: string;
  readonly output: string;
  /** The published declarations, relative to `output`. Everything that they import is kept, too. */
  readonly entries: readonly string[];
  /** Packages that are installed with this one, and so may be imported. */
  readonly dependencies?: readonly string[];
  /** Returns the declaration of a bundled package, such as `@restage/errors`, relative to `output`. */
  readonly findPackageEntry?: (specifier: string) => string | undefined;
  /** Replacements of internal declarations, by their path relative to `output`. */
  readonly opaque?: Readonly<Record<string, string>>;
}

/**
 * Emits declarations, and keeps those that the entries import, directly or not.
 * @throws if one of them imports a module that is not published with it
 */
export async function emitDeclarations(options: DeclarationOptions): Promise<void> {
  const { output, entries, opaque = {} } = options;
  const [program, compiler] = tsc;
  execFileSync(program, [compiler, '-p', options.project], { stdio: 'inherit' });
  for (const [path, text] of Object.entries(opaque)) await writeFile(join(output, path), text);
  const keptPaths = new Set<string>();
  for (const entry of entries) await rewriteImports(resolve(output, entry), options, keptPaths);
  for (const entry of await readdir(output, { recursive: true })) {
    const path = resolve(output, entry);
    if (path.endsWith('.d.ts') && !keptPaths.has(path)) await rm(path);
  }
}

/** Rewrites the imports of a declaration from source to output paths, which tsc does only in code, and follows them. */
async function rewriteImports(
  path: string,
  options: DeclarationOptions,
  keptPaths: Set<string>,
): Promise<void> {
  if (keptPaths.has(path)) return;
  keptPaths.add(path);
  const { output, findPackageEntry, dependencies = [] } = options;
  const targets: string[] = [];
  const rewrite = (_: string, before: string, quote: string, target: string) => {
    if (dependencies.includes(target)) return `${before}${quote}${target}${quote}`;
    const packageEntry = target.startsWith('.') ? undefined : findPackageEntry?.(target);
    if (!packageEntry && !target.startsWith('.')) {
      throw new Error(`${path} imports ${target}, which is not published with it.`);
    }
    const targetPath = packageEntry
      ? resolve(output, packageEntry)
      : resolve(dirname(path), target.replace(/\.ts$/, '.d.ts'));
    targets.push(targetPath);
    const importPath = relative(dirname(path), targetPath).replace(/\.d\.ts$/, '.js');
    return `${before}${quote}${importPath.startsWith('.') ? importPath : `./${importPath}`}${quote}`;
  };
  await writeFile(path, (await readFile(path, 'utf8')).replaceAll(specifier, rewrite));
  for (const target of targets) await rewriteImports(target, options, keptPaths);
}
