import { formatTable, type Program, UsageError } from '@restage/cli-kit';
import { catalog, errorCodes, isErrorCode } from '@restage/errors';
import type { Execute, Report } from '../../context.ts';
import { explainCode } from './explain-code.ts';

/** `restage errors`: what the error codes mean and how to resolve them. Needs no server. */
export function addErrors(program: Program, execute: Execute): void {
  program
    .command('errors')
    .description('Explain an error code, or list all')
    .argument('[code]')
    .action((received) =>
      execute(async ({ restage: { baseUrl } }) => {
        if (received === undefined) return listErrors();
        const code = received.toUpperCase();
        if (!isErrorCode(code)) {
          throw new UsageError(
            `<code> must be an error code; received ${JSON.stringify(received)}. "restage errors" lists them.`,
          );
        }
        const entry = catalog[code];
        return { data: { code, ...entry }, text: explainCode({ code, ...entry }, baseUrl) };
      }),
    );
}

function listErrors(): Report {
  const data = errorCodes.map((code) => ({ code, ...catalog[code] }));
  const rows = data.map(({ status, code, meaning }) => [String(status), code, meaning]);
  return { data, text: formatTable(rows) };
}
