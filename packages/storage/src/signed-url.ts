import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Failure, fail } from '@restage/errors';

/** What a signed URL allows, and until when. */
export interface Grant {
  /** GET covers HEAD too. */
  readonly method: 'GET' | 'PUT';
  /** From the root, as a URL spells it; no query. */
  readonly path: string;
  /** Whole seconds count. */
  readonly expiresAt: Date;
}

/** Signs URLs of our own, and says whether one that comes in is such a URL and still good. */
export interface UrlSigner {
  /** The whole URL, with `expires` (Unix seconds) and `signature` as its query. */
  sign(grant: Grant): string;
  /** @param request its method, and its URL absolute or from the path on; only path and query count. */
  verify(request: { readonly method: string; readonly url: string }): true | Failure<'INVALID_SIGNATURE'>;
}

export interface UrlSignerOptions {
  /** Whoever has it can sign. With another secret all URLs signed before are void. */
  readonly secret: string;
  /** What signed URLs begin with, such as `https://restage.example.com`. */
  readonly publicUrl: string;
  /** Unix milliseconds. */
  readonly clock: () => number;
}

/** Makes the signer of one server. Signatures are HMAC-SHA256 over method, path and expiry. */
export function createUrlSigner({ secret, publicUrl, clock }: UrlSignerOptions): UrlSigner {
  if (secret === '') throw new TypeError('the secret that signs URLs is empty');
  const base = publicUrl.replace(/\/+$/, '');
  const signature = (method: string, path: string, expires: string) =>
    createHmac('sha256', secret).update(`restage-url-1\n${method}\n${path}\n${expires}`).digest('base64url');

  return {
    sign({ method, path, expiresAt }) {
      if (parse(path)?.pathname !== path) throw new TypeError(`not a path as URLs spell it: ${path}`);
      const expires = String(Math.floor(expiresAt.getTime() / 1000));
      return `${base}${path}?expires=${expires}&signature=${signature(method, path, expires)}`;
    },

    verify({ method, url }) {
      const { pathname = '', searchParams = new URLSearchParams() } = parse(url) ?? {};
      const expires = searchParams.get('expires') ?? '';
      const given = searchParams.get('signature') ?? '';
      const expected = signature(method === 'HEAD' ? 'GET' : method, pathname, expires);
      // Texts are compared, not what they decode to: base64url spells the same bytes in more than one way.
      if (!equal(given, expected) || !/^\d{1,12}$/.test(expires) || searchParams.size !== 2) {
        return fail(
          'INVALID_SIGNATURE',
          "The URL's signature does not fit it. Use the URL exactly as it was given.",
        );
      }
      if (clock() >= Number(expires) * 1000) {
        return fail(
          'INVALID_SIGNATURE',
          `The URL expired at ${new Date(Number(expires) * 1000).toISOString()}.`,
        );
      }
      return true;
    },
  };
}

/** A URL from its whole text, or from its path on. */
const parse = (url: string) => URL.parse(url.startsWith('/') ? `http://localhost${url}` : url);

/** Compares in a time that does not tell how much of the text is right. */
function equal(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
