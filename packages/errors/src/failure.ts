import type { ErrorCode } from './catalogue.ts';

const brand: unique symbol = Symbol('restage.failure');

/** What a failure may say beside its code and message. */
export interface FailureDetails {
  /** The name of the offending parameter, as the wire spells it. */
  readonly param?: string;
  /** Seconds after which the same request may succeed. */
  readonly retryAfter?: number;
  /** The limit that was met, for the rate-limit headers; `windowSeconds` is absent for a count in flight. */
  readonly limit?: { readonly name: string; readonly quota: number; readonly windowSeconds?: number };
}

/**
 * An expected failure, as a value. A verb returns it instead of throwing, so that the compiler knows which
 * codes the verb can end with. `Failure<'A'> | Failure<'B'>` is a discriminated union on `code`.
 */
export interface Failure<Code extends ErrorCode = ErrorCode> extends FailureDetails {
  readonly [brand]: true;
  readonly code: Code;
  /** For people: names the parameter, what is accepted and what was received. Never holds a secret. */
  readonly message: string;
}

/** Makes the failure `code`; the message is sent to the caller as it is. */
export function fail<const Code extends ErrorCode>(
  code: Code,
  message: string,
  details: FailureDetails = {},
): Failure<Code> {
  return { [brand]: true, code, message, ...details };
}

/** Narrows a verb's result: failures on one side, the success on the other. */
export function isFailure<T>(value: T): value is Extract<T, Failure> {
  return typeof value === 'object' && value !== null && brand in value;
}

/** The codes among the failures that a result type can be: `CodesOf<Job | Failure<'A'>>` is `'A'`. */
export type CodesOf<Result> = Extract<Awaited<Result>, Failure>['code'];

/** The result type without its failures. */
export type SuccessOf<Result> = Exclude<Awaited<Result>, Failure>;
