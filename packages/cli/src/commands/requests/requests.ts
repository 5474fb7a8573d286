import { InvalidArgumentError, int, type Program } from '@restage/cli-kit';
import { type ErrorCode, isErrorCode } from '@restage/errors';
import type { LoggedRequest } from '@restage/sdk';
import type { Execute } from '../../context.ts';
import { addListOptions, type Columns, reportList } from '../list.ts';
import { formatRequest } from './format-request.ts';

/** `restage requests …`: the log of the account's writes and failed requests. */
export function addRequests(program: Program, execute: Execute): void {
  const requests = program.command('requests').description('Look up requests, and why they failed');
  addListOptions(
    requests
      .command('list')
      .description('List the writes and the failed requests of the account, newest first')
      .option('--code <code>', 'only those that failed with this error code', parseCode)
      .option('--procedure <name>', 'only of this procedure, such as generations.start')
      .option('--status <status>', 'only with this HTTP status', int(200, 599)),
  ).action(({ code, procedure, status, ...options }) =>
    execute(({ restage, terminal: { signal } }) =>
      reportList(
        (limit) => restage.requests.list({ code, procedure, status, limit }, { signal }),
        options,
        columns,
        'No requests.',
      ),
    ),
  );
  requests
    .command('show')
    .description('Show a request: what was wrong, what it means, and how to fix it')
    .argument('<request-id>', 'req_…, the x-request-id of the response')
    .action((id) =>
      execute(async ({ restage, terminal: { signal } }) => {
        const request = await restage.requests.get(id, { signal });
        return { data: request, text: formatRequest(request, restage.baseUrl) };
      }),
    );
}

const columns: Columns<LoggedRequest> = {
  ID: ({ id }) => id,
  TIME: ({ at }) => at,
  PROCEDURE: ({ procedure }) => procedure,
  STATUS: ({ status }) => status,
  CODE: ({ code }) => code,
  PARAMETER: ({ param }) => param,
  JOB: ({ generation_id }) => generation_id,
  DURATION: ({ duration_ms }) => `${duration_ms} ms`,
};

function parseCode(received: string): ErrorCode {
  const code = received.toUpperCase();
  if (isErrorCode(code)) return code;
  throw new InvalidArgumentError('must be an error code; "restage errors" lists them');
}
