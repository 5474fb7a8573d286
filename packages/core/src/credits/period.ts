/** The billing period of a time in Unix milliseconds: the first day of its calendar month, UTC, as `YYYY-MM-DD`. */
export function getBillingPeriod(time: number): string {
  return `${new Date(time).toISOString().slice(0, 7)}-01`;
}
