import { command } from '../command.ts';
import { Progress } from '../progress.ts';
import { footageOptions, inputOf, simulationOf } from './footage.ts';
import { filesOf, outputOptions, savedText, saveOutputs, waitMs } from './outputs.ts';

/** `restage run`: footage in, render out. */
export const run = command({
  summary: 'restage an image or a video, and save the render',
  operands: ['<source>'],
  options: { ...footageOptions, ...outputOptions },
  async run(context, [source = ''], values) {
    const progress = new Progress(context.terminal, context.quiet);
    const input = inputOf(source, values);
    const { signal } = context.terminal;
    const running = { signal, timeoutMs: waitMs(values), simulate: simulationOf(values) };
    try {
      const { job } = await context.restage.run(input, {
        ...running,
        onProgress: (step) => progress.run(step),
      });
      const extension = job.generation_type === 'video' ? 'mp4' : 'png';
      const files = await saveOutputs(context, job, { render: `${job.id}.${extension}`, ...filesOf(values) });
      return { data: { job, files }, text: `${savedText(files)}\njob ${job.id}, seed ${job.seed}` };
    } finally {
      progress.end();
    }
  },
});
