import { destination, type Logger, pino } from 'pino';

interface Fault {
  readonly type: string;
  readonly message: string;
  readonly code?: string | undefined;
  readonly stack?: string | undefined;
  readonly cause?: Fault | undefined;
}

/**
 * An error as the log has it. A failed query's message repeats its parameters, which hold prompts and URLs: the
 * statement stays, they go.
 */
export function describeError(error: unknown): Fault {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const [message = ''] = error.message.split('\nparams: ');
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return {
    type: error.name,
    message,
    ...(code !== undefined && { code }),
    stack: error.stack?.replace(error.message, () => message),
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
}

/** Logs as JSON lines on standard error; standard output is for people. Keys and signatures never get in. */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      serializers: { err: describeError },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination({ dest: 2, sync: false }),
  );
}
