import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Failure, fail } from '@restage/errors';

/** What a signed URL allows, and until when it is valid. */
export interface SignedUrlClaims {
  /** GET covers HEAD too. */
  readonly method: 'GET' | 'PUT';
  /** From the root, percent-encoded as in a URL; no query. */
  readonly path: string;
  /** Rounded down to whole seconds. */
  readonly expiresAt: Date;
}

/** Signs URLs of this server, and verifies the signature and expiry of incoming ones. */
export interface UrlSigner {
  /** Returns the absolute URL, with `expires` (Unix seconds) and `signature` as its query. */
  sign(claims: SignedUrlClaims): string;
  /** @param request its method, and its URL, absolute or from the path on; only path and query are checked */
  verify(request: { readonly method: string; readonly url: string }): true | Failure<'INVALID_SIGNATURE'>;
}

export interface UrlSignerOptions {
  /** Whoever has it can sign. A new secret invalidates all URLs signed before. */
  readonly secret: string;
  /** The prefix of signed URLs, such as `https://restage.example.com`. */
  readonly publicUrl: string;
  /** Returns Unix milliseconds. */
  readonly clock: () => number;
}

/** Creates the signer of a server. Signatures are HMAC-SHA256 over method, path and expiry. */
export function createUrlSigner({ secret, publicUrl, clock }: UrlSignerOptions): UrlSigner {
  if (secret === '') throw new TypeError('the secret for signing URLs is empty');
  const base = publicUrl.replace(/\/+$/, '');
  const computeSignature = (method: string, path: string, expires: string) =>
    createHmac('sha256', secret).update(`restage-url-1\n${method}\n${path}\n${expires}`).digest('base64url');

  return {
    sign({ method, path, expiresAt }) {
      if (parse(path)?.pathname !== path) throw new TypeError(`not a path of a URL: ${path}`);
      const expires = String(Math.floor(expiresAt.getTime() / 1000));
      return `${base}${path}?expires=${expires}&signature=${computeSignature(method, path, expires)}`;
    },

    verify({ method, url }) {
      const { pathname = '', searchParams = new URLSearchParams() } = parse(url) ?? {};
      const expires = searchParams.get('expires') ?? '';
      const received = searchParams.get('signature') ?? '';
      const expected = computeSignature(method === 'HEAD' ? 'GET' : method, pathname, expires);
      // Compares the texts, not the bytes: base64url has several texts for the same bytes.
      if (
        !equalInConstantTime(received, expected) ||
        !/^\d{1,12}$/.test(expires) ||
        searchParams.size !== 2
      ) {
        return fail(
          'INVALID_SIGNATURE',
          "The URL's signature does not match the request. Use the URL exactly as you received it.",
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

/** Parses a URL that is absolute or begins at its path. */
const parse = (url: string) => URL.parse(url.startsWith('/') ? `http://localhost${url}` : url);

/** Compares in a time that does not reveal how much of the text is right. */
function equalInConstantTime(received: string, expected: string): boolean {
  const [a, b] = [Buffer.from(received), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
