import { type Call, type CallStream, type CodesOfResult, toCall, toStream } from '../call.ts';
import type { CallOptions } from '../options.ts';
import { ok } from '../result.ts';
import type { CallErrorCode, Caller } from '../transport/transport.ts';
import type { GenerationsListInput, Job, JobPage } from '../wire.ts';

/** The codes that going through a list can end with, at any page. */
export type ListErrorCode = CodesOfResult<ReturnType<typeof fetchJobs>>;

/** The account's jobs, newest first. Iterate over all of them, fetched page by page, or ask for one page. */
export interface JobList extends CallStream<Job, ListErrorCode> {
  /** One page: the first, or the one that a token names. */
  page(page_token?: string): Call<JobPage, CallErrorCode<'generations.list'>>;
}

/** Lists jobs. Nothing is fetched before the list is iterated or a page is asked for. */
export function listGenerations(
  call: Caller,
  input: GenerationsListInput = {},
  options?: CallOptions<'generations.list'>,
): JobList {
  return {
    ...toStream(() => fetchJobs(call, input, options)),
    page: (page_token = input.page_token) =>
      toCall(call('generations.list', { ...input, page_token }, options)),
  };
}

/** The jobs of all pages; an error is the last. */
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
