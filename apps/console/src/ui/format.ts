const numbers = new Intl.NumberFormat('en');
const dollars = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' });
const exactTimes = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });
const days = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric' });
const ages = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'narrow' });

/** 1234 as `1,234`. */
export function formatNumber(value: number): string {
  return numbers.format(value);
}

/** 1 as `1 credit`, 1234 as `1,234 credits`. */
export function formatCredits(credits: number): string {
  return `${numbers.format(credits)} ${Math.abs(credits) === 1 ? 'credit' : 'credits'}`;
}

/** US dollars as `$12.30`. */
export function formatDollars(value: number): string {
  return dollars.format(value);
}

/** Bytes as `12 kB` or `3.4 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [unit, size] =
    bytes < 1e6 ? ['kB', bytes / 1e3] : bytes < 1e9 ? ['MB', bytes / 1e6] : ['GB', bytes / 1e9];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

/** Milliseconds as `340 ms`, `12.3 s` or `4 min 10 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A time in full, in the zone of the browser. */
export function formatExactTime(iso: string | number): string {
  return exactTimes.format(new Date(iso));
}

/** A time as `Mar 4`. */
export function formatDay(iso: string | number): string {
  return days.format(new Date(iso));
}

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** How long ago a time is, as `5 min. ago`; after a month, the day. */
export function formatAge(iso: string | number, now: number): string {
  const ms = new Date(iso).getTime() - now;
  if (Math.abs(ms) > 30 * 86_400_000) return formatDay(iso);
  if (Math.abs(ms) < 1000) return 'now';
  const [unit, length] = units.find(([, unitLength]) => Math.abs(ms) >= unitLength) ?? ['second', 1000];
  return ages.format(Math.trunc(ms / length), unit);
}
