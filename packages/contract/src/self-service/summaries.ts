import * as z from 'zod';
import { jobDetails } from './details.ts';
import { nextPageToken } from './fields.ts';

/** A job as a list of jobs shows it: its details but for its history and what was made of its prompt. */
const jobSummary = jobDetails
  .omit({ attempts: true, started_at: true, understood: true, events: true })
  .meta({ id: 'JobSummary' });
export type JobSummary = z.infer<typeof jobSummary>;

/** A page of summaries, newest first. */
export const jobSummaryPage = z
  .object({ jobs: z.array(jobSummary), next_page_token: nextPageToken })
  .meta({ id: 'JobSummaryPage' });
export type JobSummaryPage = z.infer<typeof jobSummaryPage>;
