import { command } from '../command.ts';
import { Progress } from '../progress.ts';
import { jobText } from '../report.ts';
import { checkExtensions, checkPaths } from './check-outputs.ts';
import { filesOf, outputOptions, savedText, saveOutputs, tell, waitMs } from './outputs.ts';

/** `restage get`: a job as it is now, or once it has completed, and its files. */
export const get = command({
  summary: 'show a job; wait for it, and save its files',
  operands: ['<job id>'],
  options: {
    wait: { type: 'boolean', summary: 'wait until the job has completed, as saving a file does too' },
    ...outputOptions,
  },
  async run(context, [id = ''], values) {
    const { restage, terminal, quiet } = context;
    const { signal } = terminal;
    const files = filesOf(context, values);
    checkExtensions(files, undefined);
    await checkPaths(files);
    const found = await restage.generations.get(id, { signal });
    if (!values.wait && Object.keys(files).length === 0) {
      return { data: { job: found, files }, text: jobText(found) };
    }
    checkExtensions(files, found.generation_type);
    const progress = new Progress(terminal, quiet);
    try {
      const job = await restage.generations.wait(id, {
        signal,
        timeoutMs: waitMs(values),
        onJob: (seen) => progress.job(seen),
      });
      await saveOutputs(context, job, files);
      progress.end();
      const text = [jobText(job), savedText(files)].filter(Boolean).join('\n');
      return tell(context, files, { data: { job, files }, text });
    } finally {
      progress.end();
    }
  },
});
