import type { Context } from '../context.ts';

/** Rows and files that a sweep takes at a time: few enough that no statement is long. */
export const batchSize = 500;

/** The moment before which things have been kept for so many hours; undefined where they are kept for ever. */
export function getExpiryDate(ctx: Context, hours: number): Date | undefined {
  return hours === 0 ? undefined : new Date(ctx.now() - hours * 3_600_000);
}
