import { catalog } from '@restage/errors';
import { RestageError, type RestageErrorCode, type RestageErrorOf } from '@restage/sdk';
import { FileError, UsageError } from './command.ts';
import { exitCodeOf, exitCodes, getCatalogCode } from './exit-codes.ts';
import { plain } from './terminal.ts';

/** What is said of an error: for programs, for people, and to the shell. */
export interface Explanation {
  readonly exitCode: number;
  readonly data: { readonly error: object };
  readonly text: string;
}

/** Says what went wrong, what to do about it, and what is left to be had. */
export function explain(error: unknown): Explanation {
  if (error instanceof UsageError) {
    const { message } = error;
    return {
      exitCode: exitCodes.usage,
      data: { error: { code: 'USAGE', message } },
      text: `restage: ${message}`,
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
    return { exitCode: exitCodeOf(error), data: { error: error.toJSON() }, text: restageText(error) };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    exitCode: exitCodes.bug,
    data: { error: { code: 'BUG', message } },
    text: `restage: this is a bug.\n${message}`,
  };
}

/** What only this program can add. */
const hints: Partial<Record<RestageErrorCode, string>> = {
  INVALID_API_KEY: 'The key is taken from RESTAGE_API_KEY.',
  CONNECTION_FAILED: 'Is the server running? Its address is taken from RESTAGE_BASE_URL, or --base-url.',
};

function restageText(error: RestageErrorOf<RestageErrorCode>): string {
  const lines = [`restage: ${plain(error.message)}`];
  const code = getCatalogCode(error);
  if (code) lines.push(`  ${catalog[code].resolution}`);
  const hint = hints[error.code];
  if (hint) lines.push(`  ${hint}`);
  lines.push(`  ${[error.wireCode ?? error.code, error.requestId, error.docUrl].filter(Boolean).join(', ')}`);
  const { job } = error;
  if (job && error.code !== 'JOB_FAILED' && error.code !== 'JOB_CANCELLED') {
    lines.push(`  The job goes on: restage get ${job.id} --wait`);
    lines.push(`  To end it, with its credits refunded: restage cancel ${job.id}`);
  } else if (!job && error.idempotencyKey && (error.wireCode === undefined || error.retryable)) {
    lines.push('  Whether the job was started is not known: restage jobs --limit 1');
  }
  return lines.join('\n');
}
