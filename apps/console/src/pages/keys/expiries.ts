/** When a new key can expire: after some days, never, or at a time that is given. */
export const expiries = [
  { value: 'never', label: 'Never' },
  { value: '7', label: 'In 7 days' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
  { value: 'date', label: 'At a time of your choice' },
] as const;
export type Expiry = (typeof expiries)[number]['value'];

/**
 * @param date the time that was given, as the browser's field says it
 * @param now Unix milliseconds
 * @returns undefined for never
 */
export function toExpiresAt(expiry: Expiry, date: string, now: number): string | undefined {
  if (expiry === 'never') return undefined;
  if (expiry === 'date') return date === '' ? undefined : new Date(date).toISOString();
  return new Date(now + Number(expiry) * 86_400_000).toISOString();
}
