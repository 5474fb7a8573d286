import { formatTable, type Program } from '@restage/cli-kit';
import type { Execute } from '../../context.ts';
import { Progress } from '../../progress.ts';
import { addFootageOptions, parseQuoteSimulation, sourceHelp, toRunInput } from '../files/footage.ts';

/** `restage quote`: what a run would cost. */
export function addQuote(program: Program, execute: Execute): void {
  addFootageOptions(
    program
      .command('quote')
      .description('Show what a run would cost; makes every check of a run')
      .argument('<source>', sourceHelp),
  ).action((source, options) =>
    execute(async (context) => {
      const { restage, terminal, isJson } = context;
      const progress = new Progress(terminal, isJson);
      try {
        const quote = await restage.quote(toRunInput(context, source, options), {
          signal: terminal.signal,
          simulate: parseQuoteSimulation(options),
          onProgress: (step) => progress.upload(step.role, step),
        });
        const { cost, balance, generation_type, frames, width, height, output } = quote;
        const rows = [
          ['cost', `${cost} credits of ${balance}`],
          [
            'source',
            `${generation_type}, ${width}×${height}, ${frames} ${frames === 1 ? 'frame' : 'frames'}`,
          ],
          ['output', `${output.width}×${output.height}`],
        ];
        return { data: quote, text: formatTable(rows) };
      } finally {
        progress.end();
      }
    }),
  );
}
