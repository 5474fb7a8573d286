import { createProgram, runProgram, UsageError } from '@restage/cli-kit';
import { type FailureValue, isFailure } from '@restage/errors';
import manifest from '../../package.json' with { type: 'json' };
import type { BundlePaths } from '../paths.ts';
import type { Role } from '../roles.ts';
import { createLogger } from '../settings/logger.ts';
import { readSettings, settingsHelp } from '../settings/settings.ts';
import { addCommands } from './add-commands.ts';
import { formatJson, formatText } from './format-report.ts';
import { openOperator } from './open.ts';
import type { Execute, ExecuteLocal } from './report.ts';

/** What a command line prints, and its exit code: 0; 1 for a failure or a finding; 2 for a usage error. */
export interface CommandResult {
  readonly exitCode: 0 | 1 | 2;
  readonly out?: string;
  readonly err?: string;
}

/**
 * Runs a command line of `restage-server`, as in `['keys', 'list', '--json']`.
 * @returns its result, or for `serve` the role to serve in
 */
export async function runCommandLine(
  words: readonly string[],
  bundle: BundlePaths,
): Promise<CommandResult | { readonly role: Role }> {
  let out = '';
  let result: CommandResult | { readonly role: Role } | undefined;
  const program = createProgram({
    name: 'restage-server',
    version: manifest.version,
    description: 'Serve the Restage API, render its jobs, and administer both.',
    print: (text) => {
      out += text;
    },
    topics: { settings: settingsHelp },
  }).option('--json', 'print the result as one JSON document');
  addCommands(program, {
    serve: (role) => {
      result = { role };
    },
    execute: async (run) => {
      result = await runOperator(run, program.opts().json ?? false, bundle);
    },
    executeLocal: async (run) => {
      result = await runLocal(run, program.opts().json ?? false, bundle);
    },
  });
  try {
    await runProgram(program, words);
    return result ?? { exitCode: 0, out: out.trimEnd() };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { exitCode: 2, err: [error.message, error.usage].filter(Boolean).join('\n') };
  }
}

/** Opens the database and the files, runs a command on them, and formats its report. */
async function runOperator(
  run: Parameters<Execute>[0],
  isJson: boolean,
  bundle: BundlePaths,
): Promise<CommandResult> {
  return runLocal(
    async (settings) => {
      // Commands log warnings only, unless LOG_LEVEL is set.
      const log = createLogger(process.env.LOG_LEVEL ? settings.LOG_LEVEL : 'warn');
      const operator = await openOperator(settings, log, bundle);
      if (isFailure(operator)) return operator;
      try {
        return await run(operator.ctx, settings);
      } finally {
        await operator.close();
      }
    },
    isJson,
    bundle,
  );
}

/** Runs a command, and formats its report. */
async function runLocal(
  run: Parameters<ExecuteLocal>[0],
  isJson: boolean,
  bundle: BundlePaths,
): Promise<CommandResult> {
  const settings = readSettings(process.env);
  if (isFailure(settings)) return { exitCode: 1, err: settings.message };
  const report = await run(settings, bundle);
  if (isFailure(report)) return formatFailure(report, isJson);
  return { exitCode: report.exitCode ?? 0, out: isJson ? formatJson(report) : formatText(report) };
}

function formatFailure({ message, code }: FailureValue<string>, isJson: boolean): CommandResult {
  return isJson
    ? { exitCode: 1, out: JSON.stringify({ error: { message, code } }, undefined, 2) }
    : { exitCode: 1, err: message };
}
