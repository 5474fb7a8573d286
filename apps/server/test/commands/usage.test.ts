import { describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { runCommandLine } from '../../src/command-line/run-command-line.ts';

const account = `acc_${'0'.repeat(26)}`;
const run = (...words: string[]) => runCommandLine(words, {});

describe('a usage error exits with 2, and opens nothing', () => {
  test.each<[string[], string]>([
    [['accounts'], 'Missing command after "accounts": create, list, show, limit.'],
    [['dance'], 'Unknown command "dance".'],
    [['acounts', 'list'], 'Unknown command "acounts". Did you mean "accounts"?'],
    [['accounts', 'dance'], 'Unknown command "accounts dance".'],
    [['help', 'dance'], 'Unknown command "dance".'],
    [['accounts', 'show'], 'Missing argument <account>.'],
    [['accounts', 'show', 'x'], '<account> must be the id of an account, acc_…; received "x".'],
    [['accounts', 'show', ''], '<account> must be the id of an account, acc_…; received "".'],
    [['accounts', 'list', 'x'], 'Unexpected argument "x" for "accounts list".'],
    [['accounts', 'list', '-1'], 'Unexpected argument "-1" for "accounts list".'],
    [
      ['accounts', 'list', '--limit', '1001'],
      '--limit must be a whole number from 1 to 1000; received "1001".',
    ],
    [['accounts', 'create', 'ada'], '<email> must be an e-mail address; received "ada".'],
    [['accounts', 'create', '  '], '<email> must be text of 1 to 254 characters'],
    [
      ['accounts', 'limit', account, '--write-rpm', '0'],
      '--write-rpm must be a whole number from 1 to 100000, or default',
    ],
    [['credits', 'grant', account, '1.5'], '<credits> must be a whole number from -1000000000'],
    [['credits', 'grant', account, '0'], '<credits> must not be 0'],
    [['credits', 'grant', account, '-9007199254740993'], '<credits> must be a whole number from'],
    [['credits', 'grant', account, '5', '--note', ''], '--note must be text of 1 to 500 characters'],
    [['credits', 'grant', account, '5', '--note', '-h'], '--note needs a value; received the option "-h".'],
    [['credits', 'history', account, '--before', '9'.repeat(17)], '--before must be a whole number from 1'],
    [['keys', 'create', account, '--mode', 'LIVE'], '--mode must be live or test; received "LIVE".'],
    [
      ['keys', 'create', account, '--expires', 'soon'],
      '--expires must be hours or days, as in 12h or 30d, or a date',
    ],
    [['jobs', 'list', '--status', 'lost'], '--status must be in_queue, processing,'],
    [['jobs', 'list', '--colour'], 'Unknown option --colour for "jobs list".'],
    [
      ['webhooks', 'rotate', account, '--hours', '-1'],
      '--hours must be a whole number from 0 to 168; received "-1".',
    ],
    [['serve', '--role', 'king'], '--role must be all, api or worker; received "king".'],
    [['serve', '--role'], 'Missing value of --role <role>.'],
    [['serve', '--roll', 'api'], 'Unknown option --roll for "serve". Did you mean "--role"?'],
    [['serve', '--role', 'api', 'worker'], 'Unexpected argument "worker" for "serve".'],
  ])('%j', async (words, message) => {
    const result = await run(...words);
    expect(result).toEqual({ exitCode: 2, err: expect.any(String) });
    expect('err' in result && result.err?.startsWith(message)).toBe(true);
  });
});

test('serve gives the role to serve in', async () => {
  expect(await run('serve')).toEqual({ role: 'all' });
  expect(await run('serve', '--role', 'api')).toEqual({ role: 'api' });
  expect(await run('serve', '--role=worker')).toEqual({ role: 'worker' });
});

describe('help', () => {
  test.each([[[]], [['help']], [['--help']], [['-h']]])('%j lists every command', async (words) => {
    const result = await run(...words);
    const lines = ['serve', 'accounts limit <account>', 'credits grant <account> <credits>', 'reconcile'];
    for (const line of lines) {
      expect(result).toEqual({
        exitCode: 0,
        out: expect.stringMatching(new RegExp(`^ {2}${line} {2,}\\S`, 'm')),
      });
    }
  });

  test('of a command shows its usage and its options', async () => {
    for (const words of [
      ['keys', 'create', '--help'],
      ['help', 'keys', 'create'],
    ]) {
      const result = await run(...words);
      expect(result).toEqual({ exitCode: 0, out: expect.stringMatching(/^ {2}--expires <when> +\S/m) });
      expect(result).toMatchObject({
        out: expect.stringMatching(/^Usage: restage-server keys create <account> \[options\]\n/),
      });
    }
  });

  test('of a group lists its commands', async () => {
    expect(await run('keys', '-h')).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining('keys revoke <key>'),
    });
  });

  test('settings lists the settings with their defaults', async () => {
    expect(await run('help', 'settings')).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(/^RESTAGE_WORKERS .*\[1\]$/m),
    });
  });
});

test('--version prints the version', async () => {
  expect(await run('--version')).toEqual({ exitCode: 0, out: manifest.version });
});
