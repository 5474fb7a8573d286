import { toSingleLine } from '@restage/cli-kit';
import { catalog, isErrorCode } from '@restage/errors';

/** What an error code means and how to resolve it, in lines. */
export interface CodeExplanation {
  /** A code of the catalog, or one that only a newer server knows. */
  readonly code: string;
  readonly status: number;
  readonly meaning: string | null;
  readonly resolution: string | null;
  /** The URL of the server, which explains each code too. */
  readonly baseUrl: string;
}

/** Explains a code: what it means, how to resolve it, whether to retry, and where to read more. */
export function explainCode({ code, status, meaning, resolution, baseUrl }: CodeExplanation): string {
  return [
    `${code} (HTTP ${status})`,
    meaning,
    resolution,
    isErrorCode(code) && formatRetry(catalog[code].retryable),
    `${baseUrl}/errors#${code}`,
  ]
    .filter((line) => typeof line === 'string')
    .map(toSingleLine)
    .join('\n');
}

function formatRetry(isRetryable: boolean): string {
  return isRetryable ? 'The same request may succeed later.' : 'The same request will fail again.';
}
