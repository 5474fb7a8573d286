import type { Context, Credentials, ResponseMeta } from '@restage/core';

/** The services, and one request. Callers in the same process create it too. */
export interface RequestContext extends Context {
  readonly credentials: Credentials;
  readonly requestId: string;
  readonly responseMeta: ResponseMeta;
  /** Filled while the body is read. */
  readonly largeStrings: Map<string, Uint8Array>;
  /** The header `x-restage-simulate`. Only test-mode keys can use it. */
  readonly simulate?: string | undefined;
  /** The start of links to the docs, without a final slash. */
  readonly publicUrl: string;
}
