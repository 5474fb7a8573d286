import { destination, type Logger, pino } from 'pino';

interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string | undefined;
  readonly stack?: string | undefined;
  readonly cause?: LoggedError | undefined;
}

/**
 * An error as it is logged; also of a plain object that looks like one, as pg-boss passes on. The message of a failed
 * query repeats its parameters, which contain prompts and URLs: they are left out, and the statement stays.
 */
export function describeError(error: unknown): LoggedError {
  if (!isErrorLike(error)) return { type: typeof error, message: String(error) };
  const [message = ''] = error.message.split('\nparams: ');
  const type = typeof error.name === 'string' ? error.name : 'Error';
  return {
    type,
    message,
    ...(typeof error.code === 'string' && { code: error.code }),
    ...(typeof error.stack === 'string' && {
      stack: [`${type}: ${message}`, ...getStackFrames(error.stack)].join('\n'),
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

/** The frames of a stack without its message, which may be an older one and contain parameters. */
function getStackFrames(stack: string): string[] {
  const lines = stack.split('\n');
  return lines.slice(lines.findLastIndex((line) => !line.startsWith('    at ')) + 1);
}

/** Logs JSON lines to standard error; standard output is for people. Messages are event names; no field holds a secret. */
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
