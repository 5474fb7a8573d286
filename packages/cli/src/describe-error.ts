import { toSingleLine, UsageError } from '@restage/cli-kit';
import { catalog } from '@restage/errors';
import { RestageError, type RestageErrorCode, type RestageErrorOf } from '@restage/sdk';
import { FileError } from './context.ts';
import { exitCodes, getCatalogCode, getExitCode } from './exit-codes.ts';

/** An error for the shell, for programs, and for people. */
export interface ErrorDescription {
  readonly exitCode: number;
  readonly data: { readonly error: object };
  readonly text: string;
}

/** Says what went wrong, how to resolve it, and what the caller can still get. */
export function describeError(error: unknown): ErrorDescription {
  if (error instanceof UsageError) {
    const { message, usage } = error;
    return {
      exitCode: exitCodes.usage,
      data: { error: { code: 'USAGE', message } },
      text: [`restage: ${message}`, usage].filter(Boolean).join('\n'),
    };
  }
  if (error instanceof FileError) {
    const { message } = error;
    return {
      exitCode: exitCodes.file,
      data: { error: { code: 'FILE_FAILED', message } },
      text: `restage: ${message}`,
    };
  }
  if (RestageError.isInstance(error)) {
    return { exitCode: getExitCode(error), data: { error: error.toJSON() }, text: formatRestageError(error) };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    exitCode: exitCodes.bug,
    data: { error: { code: 'BUG', message } },
    text: `restage: This is a bug in restage.\n${message}`,
  };
}

/** Advice that only this program can give. */
const hints: Partial<Record<RestageErrorCode, string>> = {
  INVALID_API_KEY: 'The API key is read from RESTAGE_API_KEY.',
  CONNECTION_FAILED: 'Is the server running? Its URL is read from RESTAGE_BASE_URL or --base-url.',
  KEY_NOT_FOUND: 'To list the keys: restage keys list',
  DELIVERY_NOT_FOUND: 'To list the deliveries: restage webhooks list',
  REQUEST_NOT_FOUND: 'To list the requests: restage requests list',
};

function formatRestageError(error: RestageErrorOf<RestageErrorCode>): string {
  const lines = [`restage: ${toSingleLine(error.message)}`];
  const code = getCatalogCode(error);
  if (code) lines.push(`  ${catalog[code].resolution}`);
  const hint = hints[error.code];
  if (hint) lines.push(`  ${hint}`);
  lines.push(`  ${[error.wireCode ?? error.code, error.requestId, error.docUrl].filter(Boolean).join(', ')}`);
  const { job } = error;
  if (job && error.code !== 'JOB_FAILED' && error.code !== 'JOB_CANCELLED') {
    lines.push(`  The job continues: restage get ${job.id} --wait`);
    lines.push(`  To cancel it and get its credits back: restage cancel ${job.id}`);
  } else if (!job && error.idempotencyKey && (error.wireCode === undefined || error.retryable)) {
    lines.push('  The job may have started. To see: restage jobs --limit 1');
  }
  return lines.join('\n');
}
