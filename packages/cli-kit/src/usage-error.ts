/** The command line can't be run as it is written. Programs exit with code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** How the command is used, in lines to show below the message; undefined where the message says it all. */
  readonly usage: string | undefined;

  constructor(message: string, usage?: string) {
    super(message);
    this.usage = usage;
  }
}
