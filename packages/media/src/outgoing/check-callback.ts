import { formatReceived } from '@restage/contract';
import { type Failure, fail } from '@restage/errors';
import type { Context } from '../context.ts';
import { cancelBody, checkUrl, FetchFailure, openFetcher } from '../fetch/fetcher.ts';

const param = 'callback_url';
const maxUrlCharacters = 8192;

/**
 * Checks that a callback URL is https, that its host is on the public internet, and that it responds to a HEAD request
 * with any status. Every network failure has the same message.
 */
export async function checkCallback(
  context: Context,
  callbackUrl: unknown,
): Promise<URL | Failure<'INVALID_CALLBACK_URL'>> {
  const text = typeof callbackUrl === 'string' && callbackUrl.length <= maxUrlCharacters ? callbackUrl : '';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || checkUrl(url, context.network.allowPrivateNetwork)) {
    const form = `must be an https:// URL on port 443 of at most ${maxUrlCharacters} characters, without user information`;
    const found = url ? describeUrl(url) : describeText(callbackUrl);
    return fail('INVALID_CALLBACK_URL', `${param} ${form}; received ${found}.`, { param });
  }
  const fetcher = openFetcher(context.network, context.limits);
  try {
    const signal = AbortSignal.timeout(context.limits.callbackMs);
    const response = await fetcher.send(url, { method: 'HEAD', signal, followRedirects: false });
    if (!(response instanceof FetchFailure)) {
      cancelBody(response);
      return url;
    }
    context.log.info({ host: url.host, reason: response.reason }, 'callback_url_unreachable');
    return fail('INVALID_CALLBACK_URL', `${param} can't be reached from here over the open internet.`, {
      param,
    });
  } finally {
    await fetcher.close();
  }
}

/** Describes a URL without its secrets: path and query may be secret, and user information always is. */
function describeUrl({ protocol, username, password, host }: URL): string {
  return `one that begins with ${protocol}//${username || password ? '…@' : ''}${host}`;
}

function describeText(callbackUrl: unknown): string {
  if (typeof callbackUrl !== 'string') return formatReceived(callbackUrl);
  return callbackUrl.length > maxUrlCharacters
    ? `${callbackUrl.length} characters`
    : 'text that is not a URL';
}
