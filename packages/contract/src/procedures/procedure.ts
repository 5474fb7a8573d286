import type { ErrorCode } from '@restage/errors';
import type * as z from 'zod';
import type { Input, InputCodes } from '../input/input.ts';

/** Where a procedure stands in REST. Path parameters are in braces and become fields of the input. */
export interface RestBinding {
  readonly method: 'GET' | 'POST';
  readonly path: `/v1/${string}`;
  /** Query parameters, and how each is read. */
  readonly query?: Readonly<Record<string, 'text' | 'integer'>>;
  /** Headers that fill a field of the input which the body or the query leaves out. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The field that `prefer: wait=N` fills (RFC 7240), and the most seconds that it may ask for. */
  readonly wait?: { readonly field: string; readonly maxSeconds: number };
  /** Given where answers carry an ETag: the fields of the output that are fresh on every call, and so not in it. */
  readonly volatile?: readonly string[];
}

/** One row of the table: everything that every transport, client and page needs to know of a procedure. */
export interface Procedure {
  /**
   * Queries read and count as reads; mutations write and count as writes. Subscriptions give their output again
   * and again, as server-sent events; opening one counts as a read.
   */
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly summary: string;
  readonly description: string;
  /** Undefined where a procedure takes nothing. */
  readonly input: Input | undefined;
  /** What a call answers with, or what each event of a subscription carries. */
  readonly output: z.ZodType;
  /** Every code but the common ones. `implement` holds the verb to exactly these. */
  readonly errors: readonly ErrorCode[];
  readonly rest: RestBinding;
}

/**
 * Declares a procedure. Its errors must include each code that its input can fail with; a missing one is a
 * compile error here, and what the verb adds is compared in `implement`.
 */
export function procedure<const P extends Procedure>(
  row: P &
    ([Exclude<InputCodes<P['input']>, P['errors'][number]>] extends [never]
      ? unknown
      : { readonly errors: { readonly missing: Exclude<InputCodes<P['input']>, P['errors'][number]> } }),
): P {
  return row;
}
