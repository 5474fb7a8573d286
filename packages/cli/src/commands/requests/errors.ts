import { formatTable, type Program, UsageError } from '@restage/cli-kit';
import { catalog, errorCodes, isErrorCode } from '@restage/errors';
import type { Execute, Report } from '../../context.ts';

/** `restage errors`: what the error codes mean and how to resolve them. Needs no server. */
export function addErrors(program: Program, execute: Execute): void {
  program
    .command('errors')
    .description('Explain an error code, or list all')
    .argument('[code]')
    .action((code) => execute(async () => (code === undefined ? listErrors() : explainError(code))));
}

function listErrors(): Report {
  const data = errorCodes.map((code) => ({ code, ...catalog[code] }));
  const rows = data.map(({ status, code, meaning }) => [String(status), code, meaning]);
  return { data, text: formatTable(rows) };
}

function explainError(received: string): Report {
  const code = received.toUpperCase();
  if (!isErrorCode(code)) {
    throw new UsageError(
      `<code> must be an error code; received ${JSON.stringify(received)}. "restage errors" lists them.`,
    );
  }
  const { status, retryable, meaning, resolution } = catalog[code];
  const retry = retryable ? 'The same request may succeed later.' : 'The same request will fail again.';
  return {
    data: { code, ...catalog[code] },
    text: `${code} (HTTP ${status})\n${meaning}\n${resolution}\n${retry}`,
  };
}
