import type { Context } from '../context.ts';

/** Credits in dollars, free of the tails that binary fractions grow. */
export function dollars(ctx: Context, credits: number): number {
  return Math.round(credits * ctx.settings.creditUsd * 1e6) / 1e6;
}
