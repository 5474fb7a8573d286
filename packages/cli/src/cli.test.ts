import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { errorCodes } from '@restage/errors';
import { describe, expect, onTestFinished, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { runCli } from './cli.ts';
import { exitCodes } from './exit-codes.ts';

/** Runs a command line without a key, and with a server that doesn't answer. */
async function restage(...words: readonly string[]) {
  const written = { out: '', err: '' };
  const exitCode = await runCli(words, {
    env: { RESTAGE_BASE_URL: 'http://127.0.0.1:1' },
    stdin: Readable.from([]),
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    columns: undefined,
    signal: new AbortController().signal,
  });
  return { exitCode, ...written };
}

describe('a usage error exits with 2 and says what is wrong', () => {
  test.each<[string, string[], string]>([
    ['an unknown command', ['dnace'], 'Unknown command "dnace".'],
    ['a misspelled command', ['jbos'], 'Unknown command "jbos". Did you mean "jobs"?'],
    ['a property of every object', ['constructor'], 'Unknown command "constructor".'],
    ['an unknown command with --help', ['dnace', '--help'], 'Unknown command "dnace".'],
    ['help for an unknown command', ['help', 'dnace'], 'Unknown command "dnace".'],
    ['an unknown option', ['jobs', '--zzzzzz'], 'Unknown option --zzzzzz for "jobs".\n'],
    ['an unknown option with a value', ['jobs', '--zzzzzz=1'], 'Unknown option --zzzzzz for "jobs".\n'],
    [
      'a misspelled option',
      ['run', 'a.png', '--promt', 'snow'],
      'Unknown option --promt for "run". Did you mean "--prompt"?',
    ],
    ['a negated flag', ['jobs', '--no-json'], 'Unknown option --no-json for "jobs".'],
    ['a flag with a value', ['jobs', '--json=1'], 'Option --json takes no value.'],
    ['a missing argument', ['run'], 'Missing argument <source>.'],
    ['an argument too many', ['account', 'mine'], 'Unexpected argument "mine" for "account".'],
    ['an option without its value', ['jobs', '--limit'], 'Missing value of --limit <number>.'],
    ['an option in place of a value', ['run', 'a.png', '--prompt', '--seed', '7'], '--prompt needs a value'],
    [
      '-h in place of a value',
      ['run', 'a.png', '-p', '-h'],
      '--prompt needs a value; received the option "-h".',
    ],
    ['-- in place of a value', ['run', 'a.png', '-p', '--', '-h'], '--prompt needs a value'],
    ['an empty number', ['run', 'a.png', '--seed', ''], '--seed must be a number, 0 or more; received "".'],
    ['a number that is a word', ['run', 'a.png', '--seed', 'all'], '--seed must be a number'],
    [
      'a negative number',
      ['run', 'a.png', '--seed', '-1'],
      '--seed must be a number, 0 or more; received "-1".',
    ],
    ['an infinite number', ['run', 'a.png', '--seed', '1e999'], '--seed must be a number'],
    [
      'a list of none',
      ['jobs', '--limit', '0'],
      '--limit must be a whole number from 1 to 1000000; received "0".',
    ],
    ['a part of a list', ['credits', '--limit', '1.5'], '--limit must be a whole number'],
    ['a list of some and of all', ['jobs', '--limit', '5', '--all'], 'Use --limit or --all, not both.'],
    ['a group without a command', ['keys'], 'Missing command after "keys": list, create, revoke.'],
    [
      'a misspelled command of a group',
      ['keys', 'crate'],
      'Unknown command "keys crate". Did you mean "create"?',
    ],
    ['a key without a name', ['keys', 'create'], 'Missing argument <name>.'],
    [
      'a key of no mode',
      ['keys', 'create', 'ci', '--mode', 'prod'],
      '--mode must be live or test; received "prod".',
    ],
    [
      'a key that expires at no time',
      ['keys', 'create', 'ci', '--expires', 'soon'],
      '--expires must be hours or days, as in 12h or 30d, or a date',
    ],
    [
      'a key in place of its id',
      ['keys', 'revoke', 'rsk_abc'],
      '<key-id> must be the id of a key, key_…; received a key.',
    ],
    ['usage by year', ['usage', '--by', 'year'], '--by must be hour, day or month; received "year".'],
    ['a status that no job has', ['jobs', '--status', 'done'], '--status must be in_queue, processing'],
    ['a type that no job has', ['jobs', '--type', 'gif'], '--type must be image or video; received "gif".'],
    [
      'a status that no delivery has',
      ['webhooks', 'list', '--status', 'lost'],
      '--status must be pending, delivered or failed; received "lost".',
    ],
    [
      'an HTTP status that is none',
      ['requests', 'list', '--status', '42'],
      '--status must be a whole number from 200',
    ],
    [
      'requests with an unknown code',
      ['requests', 'list', '--code', 'OOPS'],
      '--code must be an error code;',
    ],
    [
      'an unknown mode',
      ['run', 'a.png', '--alpha-mode', 'half'],
      '--alpha-mode must be auto, fill, custom or select; received "half".',
    ],
    [
      'an unknown resolution',
      ['run', 'a.png', '--max-resolution', '900'],
      '--max-resolution must be 720 or 1080',
    ],
    ['a port that is a word', ['listen', '--port', 'all'], '--port must be a whole number from 0 to 65535'],
    ['a port out of range', ['listen', '--port', '1e9'], '--port must be a whole number from 0 to 65535'],
    ['no webhook secret', ['listen'], '--secret or RESTAGE_WEBHOOK_SECRET must be'],
    ['a malformed webhook secret', ['listen', '--secret', 'whsec_ü'], '--secret or RESTAGE_WEBHOOK_SECRET'],
    [
      'a forward to another machine',
      ['listen', '--secret', 'whsec_a', '--forward', 'http://a.test/'],
      '--forward must be a port of this machine',
    ],
    [
      'an unknown simulation',
      ['run', 'a.png', '--simulate', 'rain'],
      '--simulate must be an outcome of a run',
    ],
    ['a code that no run has', ['run', 'a.png', '--simulate', 'JOB_NOT_CANCELLABLE'], '--simulate must be'],
    [
      'a simulated job for a quote',
      ['quote', 'a.png', '--simulate', 'stall'],
      '--simulate must be an outcome of a quote',
    ],
    [
      'an unknown error code',
      ['errors', 'NO_SUCH_CODE'],
      '<code> must be an error code; received "NO_SUCH_CODE".',
    ],
  ])('%s', async (_, words, message) => {
    const { exitCode, out, err } = await restage(...words);
    expect([exitCode, out]).toEqual([exitCodes.usage, '']);
    expect(err.startsWith(`restage: ${message}`)).toBe(true);
    const json = await restage('--json', ...words);
    expect([json.exitCode, json.out]).toEqual([exitCodes.usage, '']);
    expect(JSON.parse(json.err).error).toEqual({ code: 'USAGE', message: expect.any(String) });
    expect(json.err.trimEnd()).not.toContain('\n');
  });

  test('with the usage of the command and where to read more', async () => {
    const { err } = await restage('run', 'a.png', '--zzzzzz');
    expect(err).toBe(
      'restage: Unknown option --zzzzzz for "run".\nUsage: restage run <source> [options]\nSee "restage run --help".\n',
    );
  });

  test('without repeating a malformed webhook secret, or a key', async () => {
    expect((await restage('listen', '--secret', 'whsec_secret!')).err).not.toContain('whsec_secret!');
    expect((await restage('keys', 'revoke', 'rsk_secret')).err).not.toContain('rsk_secret');
  });
});

describe('values that look like something else are taken as they are', () => {
  const path = './no such folder/a.png';
  test.each<[string, string[], string]>([
    ['what follows -- as an argument', ['run', '--', '-h'], 'Could not read -h'],
    ['a value after = as a value', ['run', path, '--prompt=--seed'], path],
    ['a negative number as text', ['run', path, '--prompt', '-5'], path],
  ])('%s', async (_, words, message) => {
    const { exitCode, err } = await restage(...words);
    expect(exitCode).toBe(exitCodes.file);
    expect(err).toContain(message);
  });

  test('an empty path is a file that can’t be written, not a missing value', async () => {
    const { exitCode, err } = await restage('get', 'swx_1', '--out=');
    expect(exitCode).toBe(exitCodes.file);
    expect(err).toContain('it has no name');
  });
});

test('global options may stand before and after the command', async () => {
  const server = createServer((_, response) => response.writeHead(404).end());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const words of [
    ['--base-url', url, '--json', 'get', 'swx_1'],
    ['get', 'swx_1', '--json', '--base-url', url],
  ]) {
    const { exitCode, err } = await restage(...words);
    expect(exitCode).toBe(exitCodes.unavailable);
    expect(JSON.parse(err).error).toMatchObject({ code: 'UNKNOWN' });
  }
});

describe('help', () => {
  test.each([[[]], [['help']], [['--help']], [['-h']]])(
    '%j lists the commands and the exit codes',
    async (words) => {
      const { exitCode, out, err } = await restage(...words);
      expect([exitCode, err]).toEqual([exitCodes.done, '']);
      expect(out).toMatch(/^Usage: restage <command> \[options\]\n/);
      for (const line of ['run <source>', 'get <job-id>', 'jobs', 'errors [code]'])
        expect(out).toContain(`\n  ${line} `);
      for (const code of Object.values(exitCodes)) expect(out).toMatch(new RegExp(`^ {2}${code} +\\S`, 'm'));
    },
  );

  test.each([
    [['run', '--help']],
    [['run', '-h']],
    [['help', 'run']],
    [['run', 'a.png', '--seed', '1', '-h']],
  ])('%j shows usage and options of the command', async (words) => {
    const { exitCode, out, err } = await restage(...words);
    expect([exitCode, err]).toEqual([exitCodes.done, '']);
    expect(out).toMatch(/^Usage: restage run <source> \[options\]\n/);
    expect(out).toMatch(/^ {2}-o, --out <file> +\S/m);
    expect(out).toMatch(/^ {2}--base-url <url> +\S/m);
  });

  test('is a JSON document with --json', async () => {
    const { help } = JSON.parse((await restage('jobs', '--help', '--json')).out);
    expect(help).toMatch(/^Usage: restage jobs \[options\]\n/);
  });
});

test('--version prints the version, with --json as a document', async () => {
  expect(await restage('--version')).toEqual({ exitCode: 0, out: `${manifest.version}\n`, err: '' });
  expect(JSON.parse((await restage('--version', '--json')).out)).toEqual({ version: manifest.version });
});

describe('restage errors', () => {
  test('explains a code', async () => {
    expect((await restage('errors', 'job_not_found')).out).toBe(
      [
        'JOB_NOT_FOUND (HTTP 404)',
        'meaning     No job with this id exists, or it belongs to another account.',
        'resolution  Check the id, and use an API key of the account that started the job.',
        'retry       The same request will fail again.',
        'docs        http://127.0.0.1:1/errors#JOB_NOT_FOUND',
        '',
      ].join('\n'),
    );
  });

  test('lists every code, each on a line', async () => {
    const { out } = await restage('errors');
    expect(out.trim().split('\n')).toHaveLength(errorCodes.length);
    expect(JSON.parse((await restage('errors', '--json')).out)).toHaveLength(errorCodes.length);
  });
});
