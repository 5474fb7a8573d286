import { catalog, isErrorCode } from '@restage/errors';
import { formatFields } from '../list.ts';

/** An error code and what is known of it. */
interface ErrorExplanation {
  /** A code of the catalog, or one that only a newer server knows. */
  readonly code: string;
  /** The HTTP status. */
  readonly status: number;
  readonly meaning: string | null;
  readonly resolution: string | null;
}

/**
 * Explains an error code: what it means, how to resolve it, whether to retry, and where to read more.
 * @param baseUrl the URL of the server, which explains every code too
 */
export function explainCode(
  { code, status, meaning, resolution }: ErrorExplanation,
  baseUrl: string,
): string {
  const fields = { meaning, resolution, retry: getRetryAdvice(code), docs: `${baseUrl}/errors#${code}` };
  return `${code} (HTTP ${status})\n${formatFields(fields)}`;
}

function getRetryAdvice(code: string): string | null {
  if (!isErrorCode(code)) return null;
  return catalog[code].retryable
    ? 'The same request may succeed later.'
    : 'The same request will fail again.';
}
