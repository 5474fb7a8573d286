import type { Call } from '../call.ts';
import type { CallErrorCode } from '../errors/client-codes.ts';
import type { CallOptions } from '../options.ts';
import type { Caller } from '../transport/transport.ts';
import type { GenerationsListInput, Job, JobPage } from '../wire.ts';

/** The account's jobs, newest first. Iterate over all of them, fetched page by page, or ask for one page. */
export interface JobList extends AsyncIterable<Job> {
  /** One page: the first, or the one that a token names. */
  page(page_token?: string): Call<JobPage, CallErrorCode<'generations.list'>>;
}

/** Lists jobs. Nothing is fetched before the list is iterated or a page is asked for. */
export function listGenerations(
  call: Caller,
  input: GenerationsListInput = {},
  options?: CallOptions,
): JobList {
  const page = (page_token = input.page_token) => call('generations.list', { ...input, page_token }, options);
  return {
    page,
    async *[Symbol.asyncIterator]() {
      for (let token = input.page_token; ; ) {
        const { jobs, next_page_token } = await page(token);
        yield* jobs;
        if (next_page_token === null) return;
        token = next_page_token;
      }
    },
  };
}
