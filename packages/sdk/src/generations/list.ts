import { type Call, type CallStream, type CodesOfResult, toCall, toCallStream } from '../call.ts';
import type { GenerationsListInput, Job, JobPage } from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import { ok } from '../result.ts';
import type { CallErrorCode, Caller } from '../transport/caller.ts';

/** The codes that iterating over a list can fail with, on any page. */
export type ListErrorCode = CodesOfResult<ReturnType<typeof fetchJobs>>;

/** The account's jobs, newest first. Iterate over all of them, which fetches page by page, or fetch one page. */
export interface JobList extends CallStream<Job, ListErrorCode> {
  /** Fetches one page: the first, or the one of a `next_page_token`. */
  page(page_token?: string): Call<JobPage, CallErrorCode<'generations.list'>>;
}

/** Creates a list of jobs. Nothing is fetched until it is iterated or `page` is called. */
export function listGenerations(
  call: Caller,
  input: GenerationsListInput = {},
  options?: CallOptions<'generations.list'>,
): JobList {
  return {
    ...toCallStream(() => fetchJobs(call, input, options)),
    page: (page_token = input.page_token) =>
      toCall(call('generations.list', { ...input, page_token }, options)),
  };
}

/** Yields the jobs of all pages. The last result may be an error. */
async function* fetchJobs(
  call: Caller,
  input: GenerationsListInput,
  options: CallOptions<'generations.list'> | undefined,
) {
  for (let { page_token } = input; ; ) {
    const page = await call('generations.list', { ...input, page_token }, options);
    if (!page.ok) {
      yield page;
      return;
    }
    for (const job of page.value.jobs) yield ok(job);
    if (page.value.next_page_token === null) return;
    page_token = page.value.next_page_token;
  }
}
