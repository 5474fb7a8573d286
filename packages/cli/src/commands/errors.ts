import { catalog, errorCodes, isErrorCode } from '@restage/errors';
import { command, UsageError } from '../command.ts';
import { table } from '../report.ts';

/** `restage errors`: what the codes mean and what to do about them. Asks no server. */
export const errors = command({
  summary: 'explain an error code, or list them all',
  operands: ['[code]'],
  options: {},
  async run(_context, [asked]) {
    if (asked === undefined) {
      const data = errorCodes.map((code) => ({ code, ...catalog[code] }));
      const rows = data.map(({ status, code, meaning }) => [String(status), code, meaning]);
      return { data, text: table(rows) };
    }
    const code = asked.toUpperCase();
    if (!isErrorCode(code)) throw new UsageError(`${asked} is no error code. \`restage errors\` lists them.`);
    const { status, retryable, meaning, resolution } = catalog[code];
    const again = retryable ? 'The same request may succeed later.' : 'The same request will fail again.';
    return {
      data: { code, ...catalog[code] },
      text: `${code} (HTTP ${status})\n${meaning}\n${resolution}\n${again}`,
    };
  },
});
