/**
 * Counts an account's reads over the last minute, in this process's memory: reads are many and cheap, so each
 * process allows the limit by itself. A ring of the last `limit` moments makes the window exact.
 */
export class ReadWindows {
  readonly #windows = new Map<string, { moments: Float64Array; next: number }>();
  readonly #windowMilliseconds: number;

  constructor(windowSeconds: number) {
    this.#windowMilliseconds = windowSeconds * 1000;
  }

  /**
   * Admits or refuses one read.
   * @returns 0 when admitted, else the milliseconds until the next one would be
   */
  admit(accountId: string, limit: number, now: number): number {
    let window = this.#windows.get(accountId);
    if (window?.moments.length !== limit) {
      window = { moments: new Float64Array(limit).fill(Number.NEGATIVE_INFINITY), next: 0 };
      this.#windows.set(accountId, window);
      if (this.#windows.size > 10_000) this.#forgetIdle(now);
    }
    const oldest = window.moments[window.next] ?? Number.NEGATIVE_INFINITY;
    const free = oldest + this.#windowMilliseconds;
    if (free > now) return free - now;
    window.moments[window.next] = now;
    window.next = (window.next + 1) % limit;
    return 0;
  }

  #forgetIdle(now: number): void {
    for (const [accountId, { moments }] of this.#windows) {
      if (moments.every((moment) => moment + this.#windowMilliseconds <= now))
        this.#windows.delete(accountId);
    }
  }
}
