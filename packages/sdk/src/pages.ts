import { type Call, type CallStream, type Result, toCall, toCallStream } from './call.ts';
import type { CallName } from './errors/client-codes.ts';
import type { Procedures } from './generated/types.ts';
import type { CallOptions } from './options.ts';
import { ok } from './result.ts';
import type { CallErrorCode, Caller } from './transport/caller.ts';

/** The procedures that answer in pages. */
export type PagedName = {
  [Name in CallName]: Procedures[Name]['output'] extends { next_page_token: string | null } ? Name : never;
}[CallName];

type Input<Name extends PagedName> = Omit<NonNullable<Procedures[Name]['input']>, 'page_token'> & {
  page_token?: string | undefined;
};

/** What a list holds, newest first. Iterate over all of it, fetched page by page, or ask for one page. */
export interface PagedList<Item, Name extends PagedName> extends CallStream<Item, CallErrorCode<Name>> {
  /** One page: the first, or the one that a token names. */
  page(page_token?: string): Call<Procedures[Name]['output'], CallErrorCode<Name>>;
}

/**
 * Lists what a procedure answers with in pages. Nothing is fetched before the list is iterated or a page is asked for.
 * @param items gives what a page holds
 */
export function listPages<Item, Name extends PagedName>(
  call: Caller,
  name: Name,
  items: (page: Procedures[Name]['output']) => readonly Item[],
  input: Input<Name>,
  options?: CallOptions<Name>,
): PagedList<Item, Name> {
  const fetchPage = (page_token: string | undefined) =>
    call(name, { ...input, page_token } as never, options);
  async function* fetchAll(): AsyncGenerator<Result<Item, CallErrorCode<Name>>, void> {
    for (let { page_token } = input; ; ) {
      const page = await fetchPage(page_token);
      if (!page.ok) {
        yield page;
        return;
      }
      for (const item of items(page.value)) yield ok(item);
      const { next_page_token } = page.value as { next_page_token: string | null };
      if (next_page_token === null) return;
      page_token = next_page_token;
    }
  }
  return {
    ...toCallStream(fetchAll),
    page: (page_token = input.page_token) => toCall(fetchPage(page_token)),
  };
}
