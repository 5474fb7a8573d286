import { InvalidArgumentError, int, parseDurationMs } from '@restage/cli-kit';
import { type idPrefixes, isId } from '@restage/contract';

const descriptions = {
  account: 'an account, acc_…',
  apiKey: 'a key, key_…',
  generation: 'a job, swx_…',
  delivery: 'a delivery, msg_…',
} as const satisfies Partial<Record<keyof typeof idPrefixes, string>>;

/** The id of an account, key, job or delivery. */
export function id(kind: keyof typeof descriptions): (received: string) => string {
  return (received) => {
    if (isId(kind, received)) return received;
    throw new InvalidArgumentError(`must be the id of ${descriptions[kind]}`);
  };
}

/** How many rows a list shows. */
export const parseLimit = int(1, 1000);

/** A time to come, as a function of now: `12h` or `30d` from now, or a date in ISO 8601. */
export function parseExpiry(received: string): (now: number) => Date {
  const durationMs = parseDurationMs(received);
  if (durationMs !== undefined) return (now) => new Date(now + durationMs);
  const date = new Date(/^\d{4}-\d{2}-\d{2}/.test(received) ? received : Number.NaN);
  if (!Number.isNaN(date.getTime())) return () => date;
  throw new InvalidArgumentError('must be hours or days, as in 12h or 30d, or a date, as in 2027-01-31');
}
