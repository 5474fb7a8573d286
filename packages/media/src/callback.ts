import { received } from '@restage/contract';
import { type Failure, fail } from '@restage/errors';
import type { Context } from './context.ts';
import { checkUrl, discard, openFetcher, Refusal } from './fetch/fetcher.ts';

const param = 'callback_url';
const urlAtMost = 8192;

/**
 * Checks that a callback URL is https, that its host is on the open internet, and that something answers
 * there: any status of a HEAD request will do. One sentence for every refusal of the network.
 */
export async function checkCallback(
  context: Context,
  callbackUrl: unknown,
): Promise<URL | Failure<'INVALID_CALLBACK_URL'>> {
  const text = typeof callbackUrl === 'string' && callbackUrl.length <= urlAtMost ? callbackUrl : '';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || checkUrl(url, context.network.allowPrivateNetwork)) {
    const form = `must be an https:// URL on port 443 of at most ${urlAtMost} characters, without user information`;
    const found = url ? describeUrl(url) : describeText(callbackUrl);
    return fail('INVALID_CALLBACK_URL', `${param} ${form}; received ${found}.`, { param });
  }
  const fetcher = openFetcher(context.network, context.limits);
  try {
    const signal = AbortSignal.timeout(context.limits.callbackMs);
    const answer = await fetcher.send(url, { method: 'HEAD', signal, followRedirects: false });
    if (!(answer instanceof Refusal)) {
      discard(answer);
      return url;
    }
    context.log.info({ host: url.host, reason: answer.reason }, 'a callback URL did not answer');
    return fail('INVALID_CALLBACK_URL', `${param} can't be reached from here over the open internet.`, {
      param,
    });
  } finally {
    await fetcher.close();
  }
}

/** What a message may say of a URL: its path and query are often secret, and its user information always is. */
function describeUrl({ protocol, username, password, host }: URL): string {
  return `one that begins with ${protocol}//${username || password ? '…@' : ''}${host}`;
}

function describeText(callbackUrl: unknown): string {
  if (typeof callbackUrl !== 'string') return received(callbackUrl);
  return callbackUrl.length > urlAtMost ? `${callbackUrl.length} characters` : 'text that is not a URL';
}
