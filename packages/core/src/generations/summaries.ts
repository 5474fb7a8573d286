import type { JobSummaryPage, VerbInput } from '@restage/contract';
import { isFailure } from '@restage/errors';
import type { AccountContext } from '../context.ts';
import { toFacts } from './details.ts';
import { selectJobPage } from './list.ts';
import { presentJobs } from './present.ts';

/** A page of the account's jobs with prompt, size, cost and inputs, newest first; paged as {@link selectJobPage} says. */
export async function listGenerationSummaries(
  ctx: AccountContext,
  input: VerbInput<'generations.summaries'>,
) {
  const selected = await selectJobPage(ctx, input);
  if (isFailure(selected)) return selected;
  const jobs = await presentJobs(ctx, selected.rows);
  const page: JobSummaryPage = {
    jobs: selected.rows.map((generation, index) => ({
      ...(jobs[index] as (typeof jobs)[number]),
      ...toFacts(ctx, generation),
    })),
    next_page_token: selected.nextPageToken,
  };
  return page;
}
