import { InvalidArgumentError } from '@commander-js/extra-typings';

/**
 * Reads the text of an option or argument.
 * @returns neither null nor undefined: Commander takes both for an empty text
 * @throws InvalidArgumentError with what is accepted, as in "must be 720 or 1080"; the name and the received text are added
 */
type ValueParser<Value extends NonNullable<unknown>> = (received: string) => Value;

/** A whole number within bounds. */
export function int(min: number, max: number): ValueParser<number> {
  return (received) => {
    const value = parseWholeNumber(received);
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`must be a whole number from ${min} to ${max}`);
  };
}

/** {@link int}, or a word. */
export function intOr<const Word extends string>(
  word: Word,
  min: number,
  max: number,
): ValueParser<number | Word> {
  return (received) => {
    if (received === word) return word;
    const value = parseWholeNumber(received);
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`must be a whole number from ${min} to ${max}, or ${word}`);
  };
}

/** The whole number that a text is, where a number can hold it exactly; else NaN. */
function parseWholeNumber(received: string): number {
  const value = /^-?\d{1,16}$/.test(received) ? Number(received) : Number.NaN;
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

/** A number, 0 or more; where its real bounds are the server's to check. */
export const number: ValueParser<number> = (received) => {
  const value = received.trim() === '' ? Number.NaN : Number(received);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('must be a number, 0 or more');
};

/** Text that is not blank, without the spaces around it. */
export function text(maxLength: number): ValueParser<string> {
  return (received) => {
    const value = received.trim();
    if (value.length >= 1 && value.length <= maxLength) return value;
    throw new InvalidArgumentError(`must be text of 1 to ${maxLength} characters`);
  };
}

/** One of some words. */
export function choice<const Word extends string>(words: readonly Word[]): ValueParser<Word> {
  return (received) => {
    const word = words.find((candidate) => candidate === received);
    if (word !== undefined) return word;
    throw new InvalidArgumentError(`must be ${formatAlternatives(words)}`);
  };
}

function formatAlternatives(words: readonly string[]): string {
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${words.at(-1)}` : words.join();
}

const unitMs = { h: 3_600_000, d: 86_400_000 } as const;

/** A time to come, as a function of now: `12h` or `30d` from now, or a date in ISO 8601. */
export function parseExpiry(received: string): (now: number) => Date {
  const [, count, unit] = /^(\d{1,5})([hd])$/.exec(received) ?? [];
  if (unit === 'h' || unit === 'd') return (now) => new Date(now + Number(count) * unitMs[unit]);
  const date = new Date(/^\d{4}-\d{2}-\d{2}/.test(received) ? received : Number.NaN);
  if (!Number.isNaN(date.getTime())) return () => date;
  throw new InvalidArgumentError('must be hours or days, as in 12h or 30d, or a date, as in 2027-01-31');
}
