import type { Database } from '@restage/db';
import { isFailure } from '@restage/errors';

/** A result that undoes the transaction it comes out of. */
class Undone<Value> {
  readonly value: Value;
  constructor(value: Value) {
    this.value = value;
  }
}

/** Carries an {@link Undone} past the driver, which rolls back on a throw; never leaves this file. */
class Rollback {
  readonly result: unknown;
  constructor(result: unknown) {
    this.result = result;
  }
}

/** Ends a transaction's body with `value` and rolls the transaction back. */
export function rollback<const Value>(value: Value): Undone<Value> {
  return new Undone(value);
}

/**
 * Runs `body` in a transaction that commits when it returns, and rolls back when it returns a Failure or
 * {@link rollback}, or throws. Inside another transaction it joins that one, as a savepoint.
 */
export async function withTransaction<World extends { readonly db: Database }, Result>(
  ctx: World,
  body: (ctx: World) => Promise<Result>,
): Promise<Result extends Undone<infer Value> ? Value : Result> {
  type Outcome = Result extends Undone<infer Value> ? Value : Result;
  try {
    return (await ctx.db.transaction(async (db) => {
      const result = await body({ ...ctx, db });
      if (result instanceof Undone) throw new Rollback(result.value);
      if (isFailure(result)) throw new Rollback(result);
      return result;
    })) as Outcome;
  } catch (thrown) {
    if (thrown instanceof Rollback) return thrown.result as Outcome;
    throw thrown;
  }
}
