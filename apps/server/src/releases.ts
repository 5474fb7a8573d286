import type { Logger } from 'pino';

/** What has been started, to be stopped in the reverse order, once. */
export class Releases {
  readonly #log: Logger;
  readonly #steps: { readonly name: string; readonly release: () => Promise<void> }[] = [];
  #running: Promise<void> | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  add(name: string, release: () => Promise<void>): void {
    this.#steps.push({ name, release });
  }

  /** Stops everything, even where a step fails; the first fault is thrown at the end. */
  run(): Promise<void> {
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    const faults: unknown[] = [];
    for (const { name, release } of this.#steps.reverse()) {
      try {
        await release();
        this.#log.debug({ part: name }, 'stopped');
      } catch (fault) {
        this.#log.error({ err: fault, part: name }, 'could not be stopped');
        faults.push(fault);
      }
    }
    if (faults.length > 0) throw faults[0];
  }
}
