import { limits } from '@restage/contract';
import type { Context as HonoContext } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';

const name = 'restage_session';

/** A cookie that no script reads, no other site sends, and, over https, no other host can have set. */
const attributes = (publicUrl: string) =>
  ({
    path: '/',
    httpOnly: true,
    sameSite: 'Strict',
    ...(isSecure(publicUrl) && ({ secure: true, prefix: 'host' } as const)),
  }) as const;

const isSecure = (publicUrl: string) => publicUrl.startsWith('https:');

/** Whether a page of this server's own origin sent the request. Browsers set the header, and no page can. */
export function isSameOrigin(c: HonoContext): boolean {
  return c.req.header('sec-fetch-site') === 'same-origin';
}

/** The token in the session cookie; undefined where there is none, and where another origin's page sent it. */
export function readSessionCookie(c: HonoContext, publicUrl: string): string | undefined {
  if (!isSameOrigin(c)) return undefined;
  return getCookie(c, name, isSecure(publicUrl) ? 'host' : undefined) || undefined;
}

/** Has the browser keep a session's token for as long as the session lasts. */
export function setSessionCookie(c: HonoContext, publicUrl: string, token: string): void {
  setCookie(c, name, token, { ...attributes(publicUrl), maxAge: limits.consoleSessionSeconds });
}

/** Has the browser forget the session. */
export function clearSessionCookie(c: HonoContext, publicUrl: string): void {
  deleteCookie(c, name, attributes(publicUrl));
}
