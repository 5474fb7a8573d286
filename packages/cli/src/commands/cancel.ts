import { command } from '../command.ts';
import { jobText } from '../report.ts';

/** `restage cancel`: ends a job that has not ended. */
export const cancel = command({
  summary: 'end a job that has not ended, and refund it',
  operands: ['<job id>'],
  options: {},
  async run({ restage, terminal: { signal } }, [id = '']) {
    const job = await restage.generations.cancel(id, { signal });
    return { data: { job }, text: jobText(job) };
  },
});
