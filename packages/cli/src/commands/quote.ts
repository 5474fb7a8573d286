import { command } from '../command.ts';
import { Progress } from '../progress.ts';
import { table } from '../report.ts';
import { footageOptions, inputOf, parseQuoteSimulation } from './footage.ts';

/** `restage quote`: what a run would cost. */
export const quote = command({
  summary: 'say what a run would cost, after every check that it would make',
  operands: ['<source>'],
  options: footageOptions,
  async run(context, [source = ''], values) {
    const { restage, terminal, quiet } = context;
    const progress = new Progress(terminal, quiet);
    try {
      const quoted = await restage.quote(inputOf(context, source, values), {
        signal: terminal.signal,
        simulate: parseQuoteSimulation(values),
        onProgress: (step) => progress.upload(step.role, step),
      });
      const { cost, balance, generation_type, frames, width, height, output } = quoted;
      const rows = [
        ['cost', `${cost} credits of ${balance}`],
        ['source', `${generation_type}, ${width}×${height}, ${frames} ${frames === 1 ? 'frame' : 'frames'}`],
        ['output', `${output.width}×${output.height}`],
      ];
      return { data: quoted, text: table(rows) };
    } finally {
      progress.end();
    }
  },
});
