/**
 * Counts an account's reads over the last minute, in this process's memory: reads are many and cheap, so each process
 * applies the limit separately. A ring buffer of the last `limit` times makes the window exact.
 */
export class ReadWindows {
  readonly #windows = new Map<string, { moments: Float64Array; next: number }>();
  readonly #windowMs: number;

  constructor(windowSeconds: number) {
    this.#windowMs = windowSeconds * 1000;
  }

  /**
   * Counts a read, if it is within the limit.
   * @returns 0 if it is, else the milliseconds until the next read will be
   */
  count(accountId: string, limit: number, now: number): number {
    let window = this.#windows.get(accountId);
    if (window?.moments.length !== limit) {
      window = { moments: new Float64Array(limit).fill(Number.NEGATIVE_INFINITY), next: 0 };
      this.#windows.set(accountId, window);
      if (this.#windows.size > 10_000) this.#forgetIdle(now);
    }
    const oldest = window.moments[window.next] ?? Number.NEGATIVE_INFINITY;
    const allowedAt = oldest + this.#windowMs;
    if (allowedAt > now) return allowedAt - now;
    window.moments[window.next] = now;
    window.next = (window.next + 1) % limit;
    return 0;
  }

  #forgetIdle(now: number): void {
    for (const [accountId, { moments }] of this.#windows) {
      if (moments.every((moment) => moment + this.#windowMs <= now)) this.#windows.delete(accountId);
    }
  }
}
