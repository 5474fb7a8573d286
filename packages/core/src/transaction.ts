import type { Database } from '@restage/db';
import { isFailure } from '@restage/errors';

/** A result that rolls back the transaction that returns it. */
class Rollback<Value> {
  readonly value: Value;
  constructor(value: Value) {
    this.value = value;
  }
}

/** Ends a transaction's body with `value` and rolls the transaction back. */
export function rollback<const Value>(value: Value): Rollback<Value> {
  return new Rollback(value);
}

/**
 * Runs `body` in a transaction that commits when it returns, and rolls back when it returns a Failure or a
 * {@link rollback}, or throws. Inside another transaction it is a savepoint.
 */
export async function withTransaction<Ctx extends { readonly db: Database }, Result>(
  ctx: Ctx,
  body: (ctx: Ctx) => Promise<Result>,
): Promise<Result extends Rollback<infer Value> ? Value : Result> {
  type Outcome = Result extends Rollback<infer Value> ? Value : Result;
  try {
    return (await ctx.db.transaction(async (db) => {
      const result = await body({ ...ctx, db });
      // The driver rolls back on a throw. What is thrown here never leaves this function.
      if (result instanceof Rollback) throw result;
      if (isFailure(result)) throw new Rollback(result);
      return result;
    })) as Outcome;
  } catch (thrown) {
    if (thrown instanceof Rollback) return thrown.value as Outcome;
    throw thrown;
  }
}
