import { type idPrefixes, isId } from '@restage/contract';
import * as z from 'zod';

/** The text of an id. */
export const id = (kind: keyof typeof idPrefixes) =>
  z.string('is missing.').refine((value) => isId(kind, value), `must be the id of ${nouns[kind]}.`);

const nouns = {
  account: 'an account, acc_…',
  apiKey: 'a key, key_…',
  upload: 'an upload, upload_…',
  generation: 'a job, swx_…',
  delivery: 'a delivery, msg_…',
} as const satisfies Partial<Record<keyof typeof idPrefixes, string>>;

/** The text of a whole number within bounds. */
export function whole(min: number, max: number) {
  const must = `must be a whole number from ${min} to ${max}.`;
  return z
    .string('is missing.')
    .regex(/^-?\d{1,15}$/, must)
    .transform(Number)
    .pipe(z.number().min(min, must).max(max, must));
}

/** {@link whole}, or a word for none of its own, which becomes null. */
export function wholeOr(word: string, min: number, max: number) {
  const must = `must be a whole number from ${min} to ${max}, or ${word}.`;
  return z
    .string()
    .regex(/^\d{1,15}$/, must)
    .transform(Number)
    .pipe(z.number().min(min, must).max(max, must))
    .or(z.literal(word).transform(() => null))
    .or(z.never(must));
}

/** Text of a person's: one line, not endless. */
export const line = (max: number) =>
  z.string('is missing.').trim().min(1, 'is empty.').max(max, `may have at most ${max} characters.`);

/** How many rows to show, as every list takes it. */
export const limit = whole(1, 1000)
  .default(50)
  .describe('How many to show, at most 1000 [50]')
  .meta({ placeholder: 'N' });

const units = { h: 3_600_000, d: 86_400_000 } as const;

/** A moment to come: `12h` or `30d` from now, or as ISO 8601 writes it. Becomes a function of now. */
export const moment = z.string().transform((text, context): ((now: number) => Date) => {
  const [, count, unit] = /^(\d{1,5})([hd])$/.exec(text) ?? [];
  if (count !== undefined && (unit === 'h' || unit === 'd')) {
    return (now) => new Date(now + Number(count) * units[unit]);
  }
  const date = /^\d{4}-\d{2}-\d{2}/.test(text) ? new Date(text) : new Date(Number.NaN);
  if (!Number.isNaN(date.getTime())) return () => date;
  context.addIssue({
    code: 'custom',
    message: 'must be hours or days, as in 12h or 30d, or a date, as in 2027-01-31.',
  });
  return z.NEVER;
});
