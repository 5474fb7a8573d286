import { type consoleRouteErrors, formatReceived, limits } from '@restage/contract';
import { authenticate, type Context, endSession, openSession } from '@restage/core';
import { type CodesOf, type Failure, fail, isFailure } from '@restage/errors';
import type { Hono, Context as HonoContext } from 'hono';
import { readJson } from '../http/body/read-json.ts';
import type { HonoEnv } from '../http/request.ts';
import { respondWithFailure } from '../http/response/failure-response.ts';
import type { SameCodes } from '../implement.ts';
import { withDatabase } from '../pipeline/check-access.ts';
import type { internalError } from '../pipeline/internal-error.ts';
import { clearSessionCookie, isSameOrigin, readSessionCookie, setSessionCookie } from './cookie.ts';

interface SessionOptions {
  readonly publicUrl: string;
}

const path = '/console/session';

/**
 * Serves the console's session: POST opens one with a key or a ticket, GET shows the mode of its key, DELETE ends it. Only
 * pages of this server's own origin may call, so that no other site can sign a person in or out.
 */
export function mountConsoleSession(app: Hono<HonoEnv>, ctx: Context, options: SessionOptions): void {
  const route = (handle: typeof postSession | typeof getSession | typeof deleteSession) => {
    return async (c: HonoContext<HonoEnv>) => {
      c.header('cache-control', 'no-store');
      const outcome = await handle(c, ctx, options);
      if (isFailure(outcome)) return respondWithFailure(c, outcome, options.publicUrl);
      return outcome ? c.json(outcome) : c.body(null, 204);
    };
  };
  app.post(path, route(postSession));
  app.get(path, route(getSession));
  app.delete(path, route(deleteSession));
}

/** Each route fails with exactly the codes that the contract declares, and with what stands for a throw. */
type CodesOfRoute<Handler extends (...input: never[]) => unknown> =
  | CodesOf<ReturnType<Handler>>
  | CodesOf<ReturnType<typeof internalError>>;
type Declared = typeof consoleRouteErrors;
true satisfies SameCodes<CodesOfRoute<typeof postSession>, Declared['session.open'][number]>;
true satisfies SameCodes<CodesOfRoute<typeof getSession>, Declared['session.check'][number]>;
true satisfies SameCodes<CodesOfRoute<typeof deleteSession>, Declared['session.end'][number]>;

async function postSession(c: HonoContext<HonoEnv>, ctx: Context, { publicUrl }: SessionOptions) {
  const refused = checkOrigin(c) ?? checkContentType(c);
  if (refused) return refused;
  const credential = await readCredential(c);
  if (isFailure(credential)) return credential;
  const session = await withDatabase(ctx, () => openSession(ctx, credential));
  if (isFailure(session)) return session;
  setSessionCookie(c, publicUrl, session.token);
  return undefined;
}

async function getSession(c: HonoContext<HonoEnv>, ctx: Context, { publicUrl }: SessionOptions) {
  const session = readSessionCookie(c, publicUrl);
  if (session === undefined) return fail('INVALID_API_KEY', 'There is no console session. Sign in.');
  const credentials = { apiKey: undefined, bearer: undefined, session };
  const account = await withDatabase(ctx, () => authenticate(ctx, credentials));
  return isFailure(account) ? account : { mode: account.mode };
}

async function deleteSession(c: HonoContext<HonoEnv>, ctx: Context, { publicUrl }: SessionOptions) {
  const refused = checkOrigin(c);
  if (refused) return refused;
  const session = readSessionCookie(c, publicUrl);
  if (session !== undefined) await withDatabase(ctx, () => endSession(ctx, session));
  clearSessionCookie(c, publicUrl);
  return undefined;
}

function checkOrigin(c: HonoContext<HonoEnv>): Failure<'INVALID_REQUEST'> | undefined {
  if (isSameOrigin(c)) return undefined;
  const sent = formatReceived(c.req.header('sec-fetch-site'));
  const message = `The header sec-fetch-site must be same-origin, as browsers send it from the console; received ${sent}.`;
  return fail('INVALID_REQUEST', message, { param: 'sec-fetch-site' });
}

function checkContentType(c: HonoContext<HonoEnv>): Failure<'INVALID_REQUEST'> | undefined {
  const type = c.req.header('content-type');
  if (type?.split(';')[0]?.trim().toLowerCase() === 'application/json') return undefined;
  const message = `The header content-type must be application/json; received ${formatReceived(type)}.`;
  return fail('INVALID_REQUEST', message, { param: 'content-type' });
}

/** The key or the ticket in the body. Messages never repeat a value: it may be a secret in the wrong place. */
async function readCredential(c: HonoContext<HonoEnv>) {
  const body = await readJson(c.req.raw, limits.consoleBodyBytes, new Map());
  if (isFailure(body)) {
    if (body.code === 'INVALID_REQUEST') return body;
    return fail('PAYLOAD_TOO_LARGE', `The body may be at most ${limits.consoleBodyBytes} bytes.`);
  }
  const { key = null, ticket = null } = Object(body.value) as { key?: unknown; ticket?: unknown };
  if (typeof key === 'string' && ticket === null) return { key };
  if (typeof ticket === 'string' && key === null) return { ticket };
  return fail(
    'INVALID_REQUEST',
    'The body must be a JSON object with `key` or `ticket`, one of them, as text.',
  );
}
