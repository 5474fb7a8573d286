import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  type Env,
  type RunningProgram,
  type RunningServer,
  readShellBlocks,
  startProgram,
} from '../programs.ts';

const execute = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the check of an example works with. */
export interface ExampleContext {
  readonly server: RunningServer;
  /** For what the examples save; the server's data is in `data`. */
  readonly directory: string;
  /** What the examples find the server by. */
  readonly env: Env;
  /** The only origin whose pages the server lets call it. */
  readonly pagePort: number;
  /** A Chromium to open pages in, if that is asked for. */
  readonly chromium: string | undefined;
}

/** The block of an example's README with this command, with words that a reader would put in themselves replaced. */
export async function readScript(
  example: string,
  command: string,
  replacements: Readonly<Record<string, string>> = {},
): Promise<string> {
  const page = `examples/${example}/README.md`;
  const script = (await readShellBlocks(page)).find((block) => block.includes(command));
  assert(script, `${page} has no block of shell with "${command}".`);
  return Object.entries(replacements).reduce((text, [word, value]) => {
    assert(text.includes(word), `The block of ${page} with "${command}" does not contain ${word}.`);
    return text.replaceAll(word, value);
  }, script);
}

/** Runs a script in the root of the repository to its end. @returns what it printed @throws with it, when it fails */
export async function runScript(script: string, env: Env): Promise<string> {
  const { stdout } = await execute('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: root,
    env: { ...process.env, ...env },
    timeout: 300_000,
  }).catch((error: Error & { stdout: string; stderr: string }) => {
    throw new Error(`${script}\nfailed:\n${error.stdout}${error.stderr}`);
  });
  return stdout;
}

/** Starts a script that goes on until it is stopped. */
export function startScript(script: string, env: Env): RunningProgram {
  return startProgram('bash', ['-euo', 'pipefail', '-c', script], env);
}

/** Runs an operator's command on the server's database. @returns what it prints with `--json` */
export async function runOperator<T>({ directory }: ExampleContext, ...words: string[]): Promise<T> {
  const { stdout } = await execute(
    process.execPath,
    [join(root, 'apps/server/src/cli.ts'), ...words, '--json'],
    { env: { ...process.env, DATABASE_URL: undefined, RESTAGE_DATA_DIR: join(directory, 'data') } },
  );
  return JSON.parse(stdout);
}

/** Checks that bytes are a PNG of the size that the render of samples/subject.jpg has. */
export function assertRender(bytes: Uint8Array): void {
  const png = Buffer.from(bytes);
  assert.equal(png.toString('latin1', 1, 4), 'PNG');
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [1280, 720]);
}

/** Runs a block of an example's README that saves `restaged.png`, and checks what it saved. */
export async function checkSavedPicture(
  context: ExampleContext,
  example: string,
  start: string,
): Promise<string> {
  const path = join(context.directory, `${example}.png`);
  const script = await readScript(example, start, { 'restaged.png': path });
  const printed = await runScript(script, context.env);
  assert.match(printed, /^Saved .+ \(job swx_\w+, seed \d+\)\.$/m);
  assertRender(await readFile(path));
  return printed;
}

/** Checks that the same block ends with one line about the key when there is none that the server knows. */
export async function checkWrongKey(
  { env, directory }: ExampleContext,
  example: string,
  start: string,
  message: RegExp,
): Promise<void> {
  const script = await readScript(example, start, { 'restaged.png': join(directory, 'never.png') });
  await assert.rejects(runScript(script, { ...env, RESTAGE_API_KEY: 'rsk_wrong' }), message);
}
