import type { Context, Credentials, ResponseMeta } from '@restage/core';

/** The world, and one request to it. What a direct caller of the router passes too. */
export interface RequestContext extends Context {
  readonly credentials: Credentials;
  readonly requestId: string;
  readonly responseMeta: ResponseMeta;
  /** Filled as the body is read. */
  readonly largeStrings: Map<string, Uint8Array>;
  /** `x-restage-simulate`: heard from test-mode keys alone. */
  readonly simulate?: string | undefined;
  /** What links to the docs begin with; no slash at the end. */
  readonly publicUrl: string;
}
