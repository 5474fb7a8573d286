import type { RestageErrorCode } from './errors/client-codes.ts';
import { RestageError, type RestageErrorOf } from './errors/restage-error.ts';

declare const codes: unique symbol;

/**
 * A promise that remembers how it can fail: it rejects with a {@link RestageError} whose code is one of
 * `Code`. Await it, or give it to {@link safe} to have its errors as values of exactly that type.
 */
export interface Call<T, Code extends RestageErrorCode> extends Promise<T> {
  /** A type only; there is nothing here at runtime. */
  readonly [codes]?: Code;
}

/** What {@link safe} gives: the value, or an error whose `code` is one of `Code`. */
export type Result<T, Code extends RestageErrorCode> =
  | { readonly ok: true; readonly value: T; readonly error?: undefined }
  | { readonly ok: false; readonly error: RestageErrorOf<Code>; readonly value?: undefined };

/**
 * Waits for a call without throwing, so that `switch (result.error.code)` is checked to be exhaustive.
 * @throws whatever is no {@link RestageError}: that is a bug, of the caller or of this package
 */
export async function safe<T, Code extends RestageErrorCode>(call: Call<T, Code>): Promise<Result<T, Code>> {
  try {
    return { ok: true, value: await call };
  } catch (error) {
    if (!RestageError.isInstance(error)) throw error;
    // What a Call rejects with is what its type says: the transport is the one place that makes them.
    return { ok: false, error: error as RestageErrorOf<Code> };
  }
}
