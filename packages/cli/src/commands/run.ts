import { command } from '../command.ts';
import { Progress } from '../progress.ts';
import { checkExtensions, checkPaths, checkWorkingDirectory } from './check-outputs.ts';
import { footageOptions, inputOf, parseRunSimulation } from './footage.ts';
import { filesOf, outputOptions, savedText, saveOutputs, tell, waitMs } from './outputs.ts';

/** `restage run`: footage in, render out. */
export const run = command({
  summary: 'restage an image or a video, and save the render; - reads standard input',
  operands: ['<source>'],
  options: { ...footageOptions, ...outputOptions },
  async run(context, [source = ''], values) {
    const progress = new Progress(context.terminal, context.quiet);
    const input = inputOf(context, source, values);
    const asked = filesOf(context, values);
    const { signal } = context.terminal;
    const running = { signal, timeoutMs: waitMs(values), simulate: parseRunSimulation(values) };
    checkExtensions(asked, input.generation_type);
    await checkPaths(asked);
    if (asked.render === undefined) await checkWorkingDirectory();
    try {
      const { job } = await context.restage.run(input, {
        ...running,
        onInputsRead: (type) => checkExtensions(asked, type),
        onProgress: (step) => progress.run(step),
      });
      const extension = job.generation_type === 'video' ? 'mp4' : 'png';
      const files = await saveOutputs(context, job, { render: `${job.id}.${extension}`, ...asked });
      const text = [savedText(files), `job ${job.id}, seed ${job.seed}`].filter(Boolean).join('\n');
      progress.end();
      return tell(context, files, { data: { job, files }, text });
    } finally {
      progress.end();
    }
  },
});
