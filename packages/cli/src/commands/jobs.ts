import type { Job } from '@restage/sdk';
import { command, numberOf } from '../command.ts';
import { table } from '../report.ts';

const largestPage = 100;

/** `restage jobs`: the account's jobs, newest first. */
export const jobs = command({
  summary: 'list jobs, newest first',
  operands: [],
  options: {
    limit: { type: 'string', value: '<number>', summary: 'how many (default 20)' },
  },
  async run({ restage, terminal: { signal } }, _operands, values) {
    const most = numberOf(values, 'limit') ?? 20;
    const found: Job[] = [];
    // A limit that is no page's size is the server's to refuse, unless it only means several pages.
    const list = restage.generations.list({ limit: Math.min(most, largestPage) }, { signal });
    for await (const job of list) {
      found.push(job);
      if (found.length >= most) break;
    }
    const rows = found.map((job) => [
      job.id,
      job.status,
      `${job.progress} %`,
      job.generation_type,
      job.created_at,
    ]);
    return { data: found, text: rows.length > 0 ? table(rows) : 'There are no jobs yet.' };
  },
});
