import type { RestageErrorCode } from './errors/client-codes.ts';
import { RestageError, type RestageErrorOf } from './errors/restage-error.ts';
import { type Err, type ErrIn, err, type Outcome, ok } from './result.ts';

/** In the global registry, so that several copies of this package in one program recognize each other's calls. */
const resultSymbol: unique symbol = Symbol.for('restage.result');
const resultsSymbol: unique symbol = Symbol.for('restage.results');

/** What {@link safe} returns: the value, or an error whose `code` is one of `Code`. */
export type Result<T, Code extends RestageErrorCode> = Outcome<T, RestageErrorOf<Code>>;

/**
 * A promise with typed errors: it rejects with a {@link RestageError} whose code is one of `Code`. Await it, or pass it to
 * {@link safe} to get its error as a value of exactly that type.
 */
export interface Call<T, Code extends RestageErrorCode> extends Promise<T> {
  /** Used by {@link safe}. */
  readonly [resultSymbol]: Promise<Result<T, Code>>;
}

/**
 * An async iterable with typed errors: iterating throws a {@link RestageError} whose code is one of `Code`. Pass it to
 * {@link safe} to get the error as a value of exactly that type.
 */
export interface CallStream<T, Code extends RestageErrorCode> extends AsyncIterable<T> {
  /** Used by {@link safe}. */
  readonly [resultsSymbol]: () => AsyncGenerator<Result<T, Code>, void>;
}

/**
 * The codes that a call or a stream can fail with: `CodesOfCall<ReturnType<Restage['run']>>`. For any other promise, all
 * codes.
 */
export type CodesOfCall<C extends PromiseLike<unknown> | AsyncIterable<unknown>> =
  C extends Call<unknown, infer Code>
    ? Code
    : C extends CallStream<unknown, infer Code>
      ? Code
      : RestageErrorCode;

/** The codes in the results of an internal function or generator. The public unions are inferred with it. */
export type CodesOfResult<R> =
  ErrIn<R extends AsyncIterable<infer Each> ? Each : Awaited<R>> extends Err<infer E extends RestageError>
    ? E['code']
    : never;

/**
 * Waits for a call, and returns its error instead of throwing it, so that TypeScript can check that
 * `switch (result.error.code)` is exhaustive.
 * @throws anything that is not a {@link RestageError}: a bug of the caller or of this package
 */
export function safe<T, Code extends RestageErrorCode>(call: Call<T, Code>): Promise<Result<T, Code>>;
/**
 * Iterates over a stream, and yields its error as the last result instead of throwing it:
 * `for await (const result of safe(restage.generations.watch(id)))`.
 * @throws anything that is not a {@link RestageError}
 */
export function safe<T, Code extends RestageErrorCode>(
  stream: CallStream<T, Code>,
): AsyncGenerator<Result<T, Code>, void>;
/**
 * Waits for a union of calls; or for a promise without typed errors, such as that of an async function, which can fail with
 * any code.
 */
export function safe<C extends Promise<unknown>>(promise: C): Promise<Result<Awaited<C>, CodesOfCall<C>>>;
export function safe<T, Code extends RestageErrorCode>(
  source: Call<T, Code> | CallStream<T, Code> | Promise<T>,
) {
  if (resultsSymbol in source) return source[resultsSymbol]();
  if (!(resultSymbol in source)) return catchError(source);
  // The error is returned as a value, so the rejection must not count as unhandled.
  source.catch(() => {});
  return source[resultSymbol];
}

async function catchError<T>(promise: Promise<T>): Promise<Result<T, RestageErrorCode>> {
  try {
    return ok(await promise);
  } catch (error) {
    if (!RestageError.isInstance(error)) throw error;
    return err(error);
  }
}

/** Converts an outcome to a public call. Errors are thrown only here and in the two functions below. */
export function toCall<T, Code extends RestageErrorCode>(outcome: Promise<Result<T, Code>>): Call<T, Code> {
  return Object.assign(outcome.then(unwrap), { [resultSymbol]: outcome });
}

/** Converts outcomes to a public stream. Each iteration calls `outcomes` again. */
export function toCallStream<T, Code extends RestageErrorCode>(
  outcomes: () => AsyncGenerator<Result<T, Code>, void>,
): CallStream<T, Code> {
  return { [Symbol.asyncIterator]: () => unwrapAll(outcomes()), [resultsSymbol]: outcomes };
}

/** Converts outcomes to a public generator, which can be iterated once. */
export function toCallGenerator<T, Code extends RestageErrorCode>(
  outcomes: AsyncGenerator<Result<T, Code>, void>,
): CallStream<T, Code> & AsyncGenerator<T, void> {
  return Object.assign(unwrapAll(outcomes), { [resultsSymbol]: () => outcomes });
}

async function* unwrapAll<T>(
  outcomes: AsyncGenerator<Result<T, RestageErrorCode>, void>,
): AsyncGenerator<T, void> {
  for await (const outcome of outcomes) yield unwrap(outcome);
}

function unwrap<T>(outcome: Result<T, RestageErrorCode>): T {
  if (!outcome.ok) throw outcome.error;
  return outcome.value;
}
