import { destination, type Logger, pino } from 'pino';

/** Logs as JSON lines on standard error; standard output is for people. Keys and signatures never get in. */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination({ dest: 2, sync: false }),
  );
}
