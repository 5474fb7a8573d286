import { command } from '../command.ts';
import { Progress } from '../progress.ts';
import { table } from '../report.ts';
import { footageOptions, inputOf, simulationOf } from './footage.ts';

/** `restage quote`: what a run would cost. */
export const quote = command({
  summary: 'say what a run would cost, after every check that it would make',
  operands: ['<source>'],
  options: footageOptions,
  async run({ restage, terminal, quiet }, [source = ''], values) {
    const progress = new Progress(terminal, quiet);
    try {
      const quoted = await restage.quote(inputOf(source, values), {
        signal: terminal.signal,
        simulate: simulationOf(values),
        onProgress: (step) => progress.upload(step.part, step),
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
