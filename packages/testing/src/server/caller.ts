import { createCaller } from '@restage/api';
import type { Context } from '@restage/core';
import type { TestCaller } from '../test-restage.ts';

/** The request that each call of a test caller makes. */
export interface TestRequest {
  /** The start of links to the docs, without a final slash. */
  readonly publicUrl: string;
  readonly key: string | undefined;
  readonly simulate?: string | undefined;
}

/** Creates a caller of the procedures in this process. Each call is a request of its own. */
export function createTestCaller(ctx: Context, { publicUrl, key, simulate }: TestRequest): TestCaller {
  return createCaller(() => ({
    ...ctx,
    publicUrl,
    requestId: `req_${crypto.randomUUID()}`,
    responseMeta: { replayed: false },
    largeStrings: new Map(),
    simulate,
    credentials: { apiKey: key, bearer: undefined },
  }));
}
