import type { Logger } from 'pino';

/** How each part that was started is closed. The last one started is closed first, and each once. */
export class ShutdownStack {
  readonly #log: Logger;
  readonly #parts: { readonly name: string; readonly close: () => Promise<void> }[] = [];
  #running: Promise<void> | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  add(name: string, close: () => Promise<void>): void {
    this.#parts.push({ name, close });
  }

  /** Closes every part, even if closing one fails. @throws the first error, once all are closed */
  run(): Promise<void> {
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    const errors: unknown[] = [];
    for (const { name, close } of this.#parts.reverse()) {
      try {
        await close();
        this.#log.debug({ part: name }, 'part_closed');
      } catch (error) {
        this.#log.error({ err: error, part: name }, 'part_close_failed');
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
