import type { CompletedJob, Outputs } from '@restage/sdk';
import { type Context, numberOf, type Options, type Report, UsageError, type Values } from '../command.ts';

/** The options of commands that wait for a job. */
export const waitOptions = {
  timeout: { type: 'string', value: '<seconds>', summary: 'how long to wait for the job (default 1800)' },
} as const satisfies Options;

/** The options of commands that save what a job made. */
export const outputOptions = {
  out: {
    type: 'string',
    short: 'o',
    value: '<file>',
    summary: 'where the render goes; - for standard output',
  },
  'out-source': { type: 'string', value: '<file>', summary: 'where the preprocessed source goes' },
  'out-alpha': { type: 'string', value: '<file>', summary: 'where the matte that was used goes' },
  ...waitOptions,
} as const satisfies Options;

/** In the place of a path. */
export const standardOutput = '-';

/** Whether a file goes to standard output, and so nothing else may. */
function isPiped(files: Saved): boolean {
  return Object.values(files).includes(standardOutput);
}

/** The files that were saved, by what they are. */
export type Saved = Partial<Record<keyof Outputs, string>>;

/** Saves what is asked for, all at once. */
export async function saveOutputs(
  { restage, terminal: { signal, out } }: Context,
  job: Pick<CompletedJob, 'output'>,
  files: Saved,
): Promise<Saved> {
  const outputs = restage.outputs(job);
  const saving = (['render', 'source', 'alpha'] as const).map(async (name) => {
    const path = files[name];
    if (path === standardOutput) out(await outputs[name].bytes({ signal }));
    else if (path !== undefined) await outputs[name].save(path, { signal });
  });
  await Promise.all(saving);
  return files;
}

/**
 * Where the files go: what the options say.
 * @throws UsageError when standard output is to take more than one thing
 */
export function filesOf({ quiet }: Context, values: Values<typeof outputOptions>): Saved {
  const { out, 'out-source': source, 'out-alpha': alpha } = values;
  const piped = [out, source, alpha].filter((path) => path === standardOutput).length + (quiet ? 1 : 0);
  if (piped > 1) throw new UsageError('Standard output takes one file, or the JSON, and no more.');
  return {
    ...(out !== undefined && { render: out }),
    ...(source !== undefined && { source }),
    ...(alpha !== undefined && { alpha }),
  };
}

/** Milliseconds to wait for a job. */
export function waitMs(values: Values<typeof waitOptions>): number {
  return (numberOf(values, 'timeout') ?? 1800) * 1000;
}

/** Says what was done: on standard output, or beside it where a file is there. */
export function tell({ terminal }: Context, files: Saved, report: Report): Report | undefined {
  if (!isPiped(files)) return report;
  terminal.err(`${report.text}\n`);
  return undefined;
}

/** The lines that say what was saved where. */
export function savedText(files: Saved): string {
  return Object.entries(files)
    .filter(([, path]) => path !== standardOutput)
    .map(([name, path]) => `saved ${name} as ${path}`)
    .join('\n');
}
