import { toLocalUrl } from './local-url.ts';

/** A signed URL is valid for 72 hours; a page that is open for longer gets a new one before that. */
const maxAgeMs = 48 * 3_600_000;

/** The URL that each file was first shown with. */
const urls = new Map<string, { readonly url: string; readonly since: number }>();

/**
 * Gives a file the same URL each time: the server signs it anew with every answer, and the browser would load the file
 * again. Of the page's own origin where {@link toLocalUrl} makes it so.
 */
export function toStableUrl(signedUrl: string, now = Date.now()): string {
  const { origin, pathname } = new URL(signedUrl);
  const file = origin + pathname;
  const known = urls.get(file);
  if (known && now - known.since < maxAgeMs) return known.url;
  const url = toLocalUrl(signedUrl);
  urls.set(file, { url, since: now });
  return url;
}
