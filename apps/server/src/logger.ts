import { destination, type Logger, pino } from 'pino';

interface Fault {
  readonly type: string;
  readonly message: string;
  readonly code?: string | undefined;
  readonly stack?: string | undefined;
  readonly cause?: Fault | undefined;
}

/**
 * An error as the log has it, or what looks like one: pg-boss hands over copies that are plain objects. A failed
 * query's message repeats its parameters, which hold prompts and URLs: the statement stays, they go.
 */
export function describeError(error: unknown): Fault {
  if (!isErrorLike(error)) return { type: typeof error, message: String(error) };
  const [message = ''] = error.message.split('\nparams: ');
  const type = typeof error.name === 'string' ? error.name : 'Error';
  return {
    type,
    message,
    ...(typeof error.code === 'string' && { code: error.code }),
    ...(typeof error.stack === 'string' && {
      stack: [`${type}: ${message}`, ...framesOf(error.stack)].join('\n'),
    }),
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
}

interface ErrorLike {
  readonly message: string;
  readonly name?: unknown;
  readonly code?: unknown;
  readonly stack?: unknown;
  readonly cause?: unknown;
}

function isErrorLike(value: unknown): value is ErrorLike {
  return (
    typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string'
  );
}

/** A stack without its message, which may be an older one than the error's own, parameters and all. */
function framesOf(stack: string): string[] {
  const lines = stack.split('\n');
  return lines.slice(lines.findLastIndex((line) => !line.startsWith('    at ')) + 1);
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
