/** How many statements and transactions use a pool, or wait for one of its connections. */
export class PoolUsage {
  /** The most connections that the pool opens. */
  readonly max: number;
  #pending = 0;

  constructor(max: number) {
    this.max = max;
  }

  /** Connections in use. */
  get used(): number {
    return Math.min(this.#pending, this.max);
  }

  /** Statements and transactions that wait for a connection. */
  get waiting(): number {
    return this.#pending - this.used;
  }

  /** Counts work until it ends, however it does. @returns the work */
  track<Work extends Promise<unknown>>(work: Work): Work {
    this.#pending += 1;
    const end = () => {
      this.#pending -= 1;
    };
    // Not `work.then`: postgres.js sends a query when that is called, and its caller may yet change it.
    Promise.prototype.then.call(work, end, end);
    return work;
  }
}
