import type { Program } from '@restage/cli-kit';
import type { Execute } from '../../context.ts';
import { Progress } from '../../progress.ts';
import { checkExtensions, checkPaths, checkWorkingDirectory } from '../files/check-outputs.ts';
import { addFootageOptions, parseRunSimulation, sourceHelp, toRunInput } from '../files/footage.ts';
import {
  addOutputOptions,
  formatSavedFiles,
  getOutputFiles,
  reportBeside,
  saveOutputs,
} from '../files/outputs.ts';

/** `restage run`: uploads footage, waits for the job and saves the render. */
export function addRun(program: Program, execute: Execute): void {
  addOutputOptions(
    addFootageOptions(
      program
        .command('run')
        .description('Restage an image or a video, and save the render')
        .argument('<source>', sourceHelp),
    ),
  ).action((source, options) =>
    execute(async (context) => {
      const { restage, terminal, isJson } = context;
      const progress = new Progress(terminal, isJson);
      const input = toRunInput(context, source, options);
      const simulate = parseRunSimulation(options);
      const requested = getOutputFiles(context, options);
      checkExtensions(requested, input.generation_type);
      await checkPaths(requested);
      if (requested.render === undefined) await checkWorkingDirectory();
      try {
        const { job } = await restage.run(input, {
          signal: terminal.signal,
          timeoutMs: options.timeout * 1000,
          simulate,
          onInputsRead: (type) => checkExtensions(requested, type),
          onProgress: (step) => progress.run(step),
        });
        const extension = job.generation_type === 'video' ? 'mp4' : 'png';
        const files = await saveOutputs(context, job, { render: `${job.id}.${extension}`, ...requested });
        const text = [formatSavedFiles(files), `job ${job.id}, seed ${job.seed}`].filter(Boolean).join('\n');
        progress.end();
        return reportBeside(context, files, { data: { job, files }, text });
      } finally {
        progress.end();
      }
    }),
  );
}
