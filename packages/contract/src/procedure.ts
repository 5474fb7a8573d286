import type { ErrorCode } from '@restage/errors';
import type { z } from 'zod';
import type { Input, InputCodes } from './input.ts';

/** Where a procedure stands in REST. Path parameters are in braces and become fields of the input. */
export interface RestBinding {
  readonly method: 'GET' | 'POST';
  readonly path: `/v1/${string}`;
  /** Query parameters, and how each is read. */
  readonly query?: Readonly<Record<string, 'text' | 'integer'>>;
  /** Headers that fill a field of the input which the body leaves out. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** One row of the table: everything that every transport, client and page needs to know of a procedure. */
export interface Procedure {
  /** Queries read and count as reads; mutations write and count as writes. */
  readonly kind: 'query' | 'mutation';
  readonly summary: string;
  readonly description: string;
  /** Undefined where a procedure takes nothing. */
  readonly input: Input | undefined;
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
