import { execFileSync } from 'node:child_process';
import type { GenerationsStartInput } from '@restage/sdk';
import { expect, test } from 'vitest';
import { toCode } from './to-code.ts';

const input: GenerationsStartInput = {
  generation_type: 'image',
  alpha_mode: 'custom',
  max_resolution: 720,
  source_uri: 'beeble://uploads/upload_1/a.png',
  alpha_uri: 'beeble://uploads/upload_2/b.png',
  prompt: `it's "dusk" \\ $HOME`,
  seed: 7,
};
const url = 'http://127.0.0.1:8787';

/** Runs a script of a shell in which a program only prints its words. */
function readWords(program: string, script: string): string[] {
  const print = `${program}() { printf '%s\\0' "$@"; }`;
  return execFileSync('/bin/sh', ['-c', `${print}\n${script}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);
}

test('the code for curl sends exactly the form’s input', () => {
  const words = readWords('curl', toCode('curl', input, url));
  expect(words[1]).toBe(`${url}/v1/switchx/generations`);
  expect(JSON.parse(words.at(-1) ?? '')).toEqual(input);
});

test('the code for the command line passes each field as its option', () => {
  expect(readWords('restage', toCode('cli', input, url))).toEqual([
    'run',
    input.source_uri,
    ...['--type', 'image', '--alpha-mode', 'custom', '--alpha', input.alpha_uri],
    ...['--prompt', input.prompt, '--max-resolution', '720', '--seed', '7'],
  ]);
});

test('the code for the SDK has each field as a literal', () => {
  const code = toCode('sdk', input, url);
  const [, fields = ''] = /run\((\{.*\})\);/s.exec(code) ?? [];
  expect(new Function(`return ${fields}`)()).toEqual({
    source: input.source_uri,
    alpha: input.alpha_uri,
    prompt: input.prompt,
    seed: 7,
    max_resolution: 720,
    alpha_mode: 'custom',
    generation_type: 'image',
  });
});
