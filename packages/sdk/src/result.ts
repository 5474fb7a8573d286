/** A success. */
export interface Ok<T> {
  readonly ok: true;
  readonly value: T;
  readonly error?: undefined;
}

/** A failure. */
export interface Err<E> {
  readonly ok: false;
  readonly error: E;
  readonly value?: undefined;
}

/** A value or an error. Functions of this package return expected errors as outcomes; they throw only for bugs. */
export type Outcome<T, E> = Ok<T> | Err<E>;

export function ok<T>(value: T): Ok<T> {
  return { ok: true, value };
}

export function err<E>(error: E): Err<E> {
  return { ok: false, error };
}

/** The failures among the outcomes of a union. */
export type ErrIn<R> = Extract<R, { readonly ok: false }>;
type ValueIn<R> = Extract<R, { readonly ok: true; readonly value: unknown }>['value'];

/** Waits for all outcomes. Returns their values in order, or the first error as soon as it occurs. */
export function all<R extends Outcome<unknown, unknown>>(
  outcomes: readonly Promise<R>[],
): Promise<Ok<ValueIn<R>[]> | ErrIn<R>> {
  return new Promise((resolve, reject) => {
    for (const outcome of outcomes) {
      outcome.then((settled) => {
        if (isErr(settled)) resolve(settled);
      }, reject);
    }
    Promise.all(outcomes).then((allSettled) => {
      const values = allSettled.flatMap((settled) => (isOk(settled) ? [settled.value] : []));
      if (values.length === allSettled.length) resolve(ok(values));
    }, reject);
  });
}

function isOk<R extends Outcome<unknown, unknown>>(outcome: R): outcome is R & Ok<ValueIn<R>> {
  return outcome.ok;
}

function isErr<R extends Outcome<unknown, unknown>>(outcome: R): outcome is R & ErrIn<R> {
  return !outcome.ok;
}
