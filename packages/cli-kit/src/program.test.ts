import { describe, expect, test } from 'vitest';
import { createProgram, runProgram, UsageError } from './index.ts';

/** A program with a group of commands, and what it was asked to run. */
function createTestProgram() {
  const state: { out: string; ran: unknown } = { out: '', ran: undefined };
  const program = createProgram({
    name: 'tool',
    version: '1.2.3',
    description: 'A tool.',
    print: (text) => {
      state.out += text;
    },
    topics: { settings: () => 'NAME  meaning' },
  }).option('--json', 'as JSON');
  const keys = program.command('keys').description('Keys');
  keys
    .command('create')
    .description('Create a key')
    .argument('<owner>')
    .argument('[amount]')
    .option('-n, --name <text>', 'its name')
    .option('--no-color', 'without colors')
    .action((owner, amount, options) => {
      state.ran = { owner, amount, ...options };
    });
  keys
    .command('list')
    .description('List keys')
    .action(() => {
      state.ran = 'list';
    });
  return { run: (...words: string[]) => runProgram(program, words), state };
}

async function getUsageError(...words: string[]): Promise<UsageError> {
  const error: unknown = await createTestProgram()
    .run(...words)
    .catch((reason: unknown) => reason);
  if (error instanceof UsageError) return error;
  throw new Error(`${words.join(' ')} is no usage error.`);
}

describe('a command gets its arguments and options', () => {
  test.each<[string[], object]>([
    [['keys', 'create', 'ada'], { owner: 'ada' }],
    [['keys', 'create', 'ada', '-20'], { amount: '-20' }],
    [['keys', 'create', '--', '--name'], { owner: '--name' }],
    [['keys', 'create', ''], { owner: '' }],
    [['keys', 'create', '-'], { owner: '-' }],
    [['keys', 'create', 'ada', '--name='], { name: '' }],
    [['keys', 'create', 'ada', '--name', '-4 too many'], { name: '-4 too many' }],
    [['keys', 'create', 'ada', '--name=--json'], { name: '--json' }],
    [['keys', 'create', 'ada', '-n', 'a', '-n', 'b'], { name: 'b' }],
    [['keys', 'create', 'ada', '--no-color'], { color: false }],
    [['--json', 'keys', 'create', 'ada'], { owner: 'ada' }],
  ])('%j', async (words, expected) => {
    const { run, state } = createTestProgram();
    expect(await run(...words)).toBe('command');
    expect(state).toMatchObject({ out: '', ran: expected });
  });
});

describe('a usage error names what is wrong and the usage of its command', () => {
  const [program, group, create, list] = [
    'tool <command>',
    'tool keys <command>',
    'tool keys create <owner> [amount]',
    'tool keys list',
  ];
  test.each<[string[], string, string]>([
    [['kyes'], 'Unknown command "kyes". Did you mean "keys"?', program],
    [['keys', 'lsit'], 'Unknown command "keys lsit". Did you mean "list"?', group],
    [['keys', 'dance', '-h'], 'Unknown command "keys dance".', group],
    [['help', 'keys', 'dance'], 'Unknown command "keys dance".', group],
    [['--quiet'], 'Unknown option --quiet.', program],
    [['keys', 'list', '--quiet'], 'Unknown option --quiet for "keys list".', list],
    [['keys', 'list', '-20'], 'Unexpected argument "-20" for "keys list".', list],
    [['keys', 'create'], 'Missing argument <owner>.', create],
    [['keys', 'create', 'a', 'b', 'c'], 'Unexpected argument "c" for "keys create".', create],
    [['keys', 'create', 'a', '--name'], 'Missing value of -n, --name <text>.', create],
    [['keys', 'create', 'a', '--name', '--json'], 'Missing value of -n, --name <text>.', create],
    [
      ['keys', 'create', 'a', '--name', '--color'],
      '--name needs a value; received the option "--color". A value that starts with a dash is written --name=--color.',
      create,
    ],
    [['keys', 'list', '--json=yes'], 'Option --json takes no value.', list],
  ])('%j', async (words, message, usage) => {
    const error = await getUsageError(...words);
    expect(error.message).toBe(message);
    expect(error.usage).toContain(`Usage: ${usage} [options]\n`);
  });

  test('or the commands of a group where none was given', async () => {
    expect((await getUsageError('keys')).message).toBe('Missing command after "keys": create, list.');
  });
});

test('an error of a command is thrown as it is', async () => {
  const program = createProgram({ name: 'tool', version: '1', description: '', print: () => undefined });
  const bug = new TypeError('a bug');
  program.command('fail').action(() => Promise.reject(bug));
  await expect(runProgram(program, ['fail'])).rejects.toBe(bug);
});

describe('texts are printed on request', () => {
  test.each<[string[], string, string]>([
    [[], 'help', 'Usage: tool <command> [options]\n'],
    [['-h'], 'help', '  keys create <owner> [amount]  Create a key\n'],
    [['help'], 'help', '  help [topic]                  Show the help of a command, or of "settings"\n'],
    [['keys', '--help'], 'help', 'Usage: tool keys <command> [options]\n'],
    [['help', 'keys', 'create'], 'help', 'Usage: tool keys create <owner> [amount] [options]\n'],
    [['keys', 'list', '-h'], 'help', '  --json      as JSON\n'],
    [['help', 'settings'], 'command', 'NAME  meaning\n'],
    [['--version'], 'version', '1.2.3\n'],
  ])('%j', async (words, outcome, text) => {
    const { run, state } = createTestProgram();
    expect(await run(...words)).toBe(outcome);
    expect(state.out).toContain(text);
    expect(state.ran).toBeUndefined();
  });
});
