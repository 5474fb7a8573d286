import type { ErrorCode } from '@restage/errors';
import type * as z from 'zod';
import type { Input, InputCodes } from '../input/input.ts';

/** The REST route of a procedure. Path parameters are in braces, and become fields of the input. */
export interface RestBinding {
  readonly method: 'GET' | 'POST';
  readonly path: `/v1/${string}`;
  /** Query parameters, and the type of each. */
  readonly query?: Readonly<Record<string, 'text' | 'integer'>>;
  /** Headers, and the input field that each sets if the body or query omits it. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The field that `prefer: wait=N` sets (RFC 7240), and the maximum of N. */
  readonly wait?: { readonly field: string; readonly maxSeconds: number };
  /** If set, responses have an ETag. It ignores these output fields, which differ on every call. */
  readonly volatile?: readonly string[];
}

/** A procedure: everything that its transports, clients and documentation derive from. */
export interface Procedure {
  /**
   * Queries count as reads, mutations as writes. A subscription sends its output repeatedly, as server-sent events; opening
   * one counts as a read.
   */
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly summary: string;
  readonly description: string;
  /** Undefined if the procedure takes no input. */
  readonly input: Input | undefined;
  /** The result of a call, or the data of a subscription's event. */
  readonly output: z.ZodType;
  /** All codes except the common ones. `implement` checks that the verb returns exactly these. */
  readonly errors: readonly ErrorCode[];
  readonly rest: RestBinding;
}

/**
 * Defines a procedure. Its errors must include every code that its input can fail with; a missing one is a compile error.
 * `implement` checks the codes of the verb.
 */
export function defineProcedure<const P extends Procedure>(
  row: P &
    ([Exclude<InputCodes<P['input']>, P['errors'][number]>] extends [never]
      ? unknown
      : { readonly errors: { readonly missing: Exclude<InputCodes<P['input']>, P['errors'][number]> } }),
): P {
  return row;
}
