import { type Command, number, type OptionValues, UsageError } from '@restage/cli-kit';
import type { CompletedJob, Outputs } from '@restage/sdk';
import type { Context, Report } from '../../context.ts';

/** Adds the option of commands that wait for a job. */
export function addTimeoutOption<Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
) {
  return command.option('--timeout <seconds>', 'how long to wait for the job', number, 1800);
}

/** Adds the options of commands that wait for a job and save its outputs. */
export function addOutputOptions<Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
) {
  return addTimeoutOption(
    command
      .option('-o, --out <file>', 'where to save the render; "-" for standard output')
      .option('--out-source <file>', 'where to save the preprocessed source')
      .option('--out-alpha <file>', 'where to save the matte that was used'),
  );
}

/** Stands for standard output where a path is expected. */
export const standardOutput = '-';

/** The paths that outputs are saved to, by output. */
export type SavedFiles = Partial<Record<keyof Outputs, string>>;

/** Saves the outputs that have a path, in parallel. */
export async function saveOutputs(
  { restage, terminal: { signal, out } }: Context,
  job: Pick<CompletedJob, 'output'>,
  files: SavedFiles,
): Promise<SavedFiles> {
  const outputs = restage.outputs(job);
  const saving = (['render', 'source', 'alpha'] as const).map(async (name) => {
    const path = files[name];
    if (path === standardOutput) out(await outputs[name].bytes({ signal }));
    else if (path !== undefined) await outputs[name].save(path, { signal });
  });
  await Promise.all(saving);
  return files;
}

interface OutputOptions {
  readonly out?: string | undefined;
  readonly outSource?: string | undefined;
  readonly outAlpha?: string | undefined;
}

/**
 * The paths that the options give.
 * @throws UsageError when standard output would get more than one file, or a file and the JSON
 */
export function getOutputFiles({ isJson }: Context, { out, outSource, outAlpha }: OutputOptions): SavedFiles {
  const piped = [out, outSource, outAlpha].filter((path) => path === standardOutput).length;
  if (piped + (isJson ? 1 : 0) > 1)
    throw new UsageError('Standard output takes one file, or the JSON, and nothing else.');
  return {
    ...(out !== undefined && { render: out }),
    ...(outSource !== undefined && { source: outSource }),
    ...(outAlpha !== undefined && { alpha: outAlpha }),
  };
}

/** Returns the report, or writes it to standard error where a file goes to standard output. */
export function reportBeside({ terminal }: Context, files: SavedFiles, report: Report): Report | undefined {
  if (!Object.values(files).includes(standardOutput)) return report;
  terminal.err(`${report.text}\n`);
  return undefined;
}

/** One line for each saved file. */
export function formatSavedFiles(files: SavedFiles): string {
  return Object.entries(files)
    .filter(([, path]) => path !== standardOutput)
    .map(([name, path]) => `saved ${name} as ${path}`)
    .join('\n');
}
