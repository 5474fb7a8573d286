import { type CatalogEntry, catalog, type ErrorCode } from './catalog.ts';

/** Registered, so that copies of this package in one program know each other's failures. */
const brand: unique symbol = Symbol.for('restage.failure');

/** What a failure may say beside its code and message. The catalog lists which of these a code always has. */
export interface FailureDetails {
  /** The name of the offending parameter, as the wire spells it. */
  readonly param?: string;
  /** Seconds after which the same request may succeed. */
  readonly retryAfter?: number;
  /** The limit that was met, for the rate-limit headers; `windowSeconds` is absent for a count in flight. */
  readonly limit?: { readonly name: string; readonly quota: number; readonly windowSeconds?: number };
  /** The methods that a route has, for the `allow` header (RFC 9110, 15.5.6). */
  readonly allow?: readonly string[];
}

/** The names of the details that failures of these codes always have. */
type AlwaysName<Code extends ErrorCode> = Code extends ErrorCode
  ? (typeof catalog)[Code] extends { readonly details: readonly (infer Name extends keyof FailureDetails)[] }
    ? Name
    : never
  : never;
type AlwaysPresent<Code extends ErrorCode> = Required<Pick<FailureDetails, AlwaysName<Code>>>;

/** The details of a failure: those that its code always has, and those that it may have. */
export type DetailsOf<Code extends ErrorCode> = FailureDetails & AlwaysPresent<Code>;

/** What every failure has, whatever its code. */
export interface FailureValue<Code extends string> extends FailureDetails {
  readonly [brand]: true;
  readonly code: Code;
  /** For people: names the parameter, what is accepted and what was received. Never holds a secret. */
  readonly message: string;
}

/**
 * An expected failure, as a value. A verb returns it instead of throwing, so that the compiler knows which
 * codes the verb can end with. `Failure<'A' | 'B'>` is a discriminated union on `code`, in which each code has its details.
 */
export type Failure<Code extends ErrorCode = ErrorCode> = Code extends ErrorCode
  ? FailureValue<Code> & AlwaysPresent<Code>
  : never;

/** The codes whose failures always have a detail: `ErrorCodeWith<'retryAfter'>` is that of both 429s. */
export type ErrorCodeWith<Name extends keyof FailureDetails> = {
  [Code in ErrorCode]: Name extends AlwaysName<Code> ? Code : never;
}[ErrorCode];

/** Whether failures of a code always have a detail. */
export function hasDetail<Name extends AlwaysName<ErrorCode>>(
  code: ErrorCode,
  name: Name,
): code is ErrorCodeWith<Name> {
  const { details = [] }: CatalogEntry = catalog[code];
  return details.includes(name);
}

/** The codes whose failures need no details. */
export type PlainErrorCode = {
  [Code in ErrorCode]: [AlwaysName<Code>] extends [never] ? Code : never;
}[ErrorCode];

/** Makes the failure `code`; the message is sent to the caller as it is. Details that the code always has are required. */
export function fail<const Code extends PlainErrorCode>(
  code: Code,
  message: string,
  details?: FailureDetails,
): Failure<Code>;
export function fail<const Code extends ErrorCode>(
  code: Code,
  message: string,
  details: DetailsOf<Code>,
): Failure<Code>;
export function fail(code: ErrorCode, message: string, details: FailureDetails = {}): Failure {
  return { [brand]: true, code, message, ...details } as Failure;
}

/**
 * Makes a failure whose code is none of the catalog: one that stays inside the server. Its details do not matter, for it
 * is never sent. Give the code a type of its own, so that results tell which there are.
 */
export function failWith<const Code extends string>(code: Code, message: string): FailureValue<Code> {
  return { [brand]: true, code, message };
}

/** Narrows a result: failures on one side, the success on the other. */
export function isFailure<T>(value: T): value is Extract<T, FailureValue<string>> {
  return typeof value === 'object' && value !== null && brand in value;
}

/** The codes among the failures that a result type can be: `CodesOf<Job | Failure<'A'>>` is `'A'`. */
export type CodesOf<Result> = Extract<Awaited<Result>, FailureValue<string>>['code'];

/** The result type without its failures. */
export type SuccessOf<Result> = Exclude<Awaited<Result>, FailureValue<string>>;
