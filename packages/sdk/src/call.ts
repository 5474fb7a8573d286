import type { RestageErrorCode } from './errors/client-codes.ts';
import { RestageError, type RestageErrorOf } from './errors/restage-error.ts';
import { type Err, type ErrIn, err, type Outcome, ok } from './result.ts';

/** Registered, so that copies of this package in one program know each other's calls. */
const result: unique symbol = Symbol.for('restage.result');
const results: unique symbol = Symbol.for('restage.results');

/** What {@link safe} gives: the value, or an error whose `code` is one of `Code`. */
export type Result<T, Code extends RestageErrorCode> = Outcome<T, RestageErrorOf<Code>>;

/**
 * A promise that knows how it can fail: it rejects with a {@link RestageError} whose code is one of `Code`. Await it, or
 * give it to {@link safe} to have its errors as values of exactly that type.
 */
export interface Call<T, Code extends RestageErrorCode> extends Promise<T> {
  /** For {@link safe}. */
  readonly [result]: Promise<Result<T, Code>>;
}

/**
 * Values that come one after another, and how that can fail: iterating throws a {@link RestageError} whose code is one of
 * `Code`. Give it to {@link safe} to have that error as a value of exactly that type.
 */
export interface CallStream<T, Code extends RestageErrorCode> extends AsyncIterable<T> {
  /** For {@link safe}. */
  readonly [results]: () => AsyncGenerator<Result<T, Code>, void>;
}

/**
 * The codes that a call or a stream can fail with: `CodesOfCall<ReturnType<Restage['run']>>`. Those of a promise that
 * doesn't say are all.
 */
export type CodesOfCall<C extends PromiseLike<unknown> | AsyncIterable<unknown>> =
  C extends Call<unknown, infer Code>
    ? Code
    : C extends CallStream<unknown, infer Code>
      ? Code
      : RestageErrorCode;

/** The codes among the results of an inner function or generator. Those of what is called by users derive from it. */
export type CodesOfResult<R> =
  ErrIn<R extends AsyncIterable<infer Each> ? Each : Awaited<R>> extends Err<infer E extends RestageError>
    ? E['code']
    : never;

/**
 * Waits for a call without throwing, so that `switch (result.error.code)` is checked to be exhaustive.
 * @throws whatever is no {@link RestageError}: that is a bug, of the caller or of this package
 */
export function safe<T, Code extends RestageErrorCode>(call: Call<T, Code>): Promise<Result<T, Code>>;
/**
 * Iterates without throwing: `for await (const result of safe(restage.generations.watch(id)))`. An error is the last result.
 * @throws whatever is no {@link RestageError}
 */
export function safe<T, Code extends RestageErrorCode>(
  stream: CallStream<T, Code>,
): AsyncGenerator<Result<T, Code>, void>;
/**
 * Waits for one of several calls; or for a promise that doesn't say how it can fail, such as that of an async function: then
 * any code is possible.
 */
export function safe<C extends Promise<unknown>>(promise: C): Promise<Result<Awaited<C>, CodesOfCall<C>>>;
export function safe<T, Code extends RestageErrorCode>(
  given: Call<T, Code> | CallStream<T, Code> | Promise<T>,
) {
  if (results in given) return given[results]();
  if (!(result in given)) return catchError(given);
  // Its error is had as a value: nobody has to handle the rejection as well.
  given.catch(() => {});
  return given[result];
}

async function catchError<T>(promise: Promise<T>): Promise<Result<T, RestageErrorCode>> {
  try {
    return ok(await promise);
  } catch (error) {
    if (!RestageError.isInstance(error)) throw error;
    return err(error);
  }
}

/** Makes the public form of a result: the one place where errors are thrown. */
export function toCall<T, Code extends RestageErrorCode>(outcome: Promise<Result<T, Code>>): Call<T, Code> {
  return Object.assign(outcome.then(unwrap), { [result]: outcome });
}

/** Makes the public form of results that come one after another. It can be iterated as often as `outcomes` can be called. */
export function toStream<T, Code extends RestageErrorCode>(
  outcomes: () => AsyncGenerator<Result<T, Code>, void>,
): CallStream<T, Code> {
  return { [Symbol.asyncIterator]: () => unwrapAll(outcomes()), [results]: outcomes };
}

/** The same for those that come once. */
export function toGenerator<T, Code extends RestageErrorCode>(
  outcomes: AsyncGenerator<Result<T, Code>, void>,
): CallStream<T, Code> & AsyncGenerator<T, void> {
  return Object.assign(unwrapAll(outcomes), { [results]: () => outcomes });
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
