import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { tsc } from './tools.ts';

const typeRoots = fileURLToPath(new URL('../../../node_modules/@types', import.meta.url));

/** Ways in which projects resolve modules: TypeScript's `module` and `moduleResolution`. */
export const moduleOptions: readonly (readonly [module: string, moduleResolution: string])[] = [
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
];

/**
 * Compiles files of a project strictly.
 * @returns what the compiler printed; nothing if the types are right
 */
export async function checkTypes(
  project: string,
  files: readonly string[],
  [module, moduleResolution]: (typeof moduleOptions)[number],
): Promise<string> {
  const [program, script] = tsc;
  const strict = ['--strict', '--noEmit', '--target', 'es2024', '--lib', 'es2024,esnext.disposable,dom'];
  const types = ['--typeRoots', typeRoots, '--types', 'node'];
  const modules = ['--module', module, '--moduleResolution', moduleResolution];
  const arguments_ = [script, ...strict, ...types, ...modules, ...files];
  const result = promisify(execFile)(program, arguments_, { cwd: project });
  const { stdout } = await result.catch((error: { readonly stdout: string }) => error);
  return stdout;
}
