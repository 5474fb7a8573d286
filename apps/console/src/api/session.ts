import type { ShownError } from './errors.ts';

/** The console's session. */
export interface Session {
  /** The mode of the key that it was opened with. */
  readonly mode: 'live' | 'test';
}

/** The error of a route of the session. */
class SessionError extends Error implements ShownError {
  override readonly name = 'SessionError';
  readonly code: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;

  constructor(code: string, message: string, status?: number, requestId?: string | null) {
    super(message);
    this.code = code;
    this.status = status;
    this.requestId = requestId ?? undefined;
  }
}

/** @throws SessionError, with INVALID_API_KEY if nobody is signed in */
export async function fetchSession(signal?: AbortSignal): Promise<Session> {
  const response = await call('GET', undefined, signal);
  return (await response.json()) as Session;
}

/** Signs in. The key or ticket is sent, and kept nowhere. @throws SessionError */
export async function openSession(credential: { key: string } | { ticket: string }): Promise<void> {
  await call('POST', JSON.stringify(credential));
}

/** Signs out. @throws SessionError */
export async function endSession(): Promise<void> {
  await call('DELETE');
}

async function call(method: string, body?: string, signal?: AbortSignal): Promise<Response> {
  const response = await fetch('/console/session', {
    method,
    ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
    ...(signal && { signal }),
  }).catch((cause: unknown) => {
    if (signal?.aborted) throw cause;
    throw new SessionError('CONNECTION_FAILED', 'The server doesn’t answer.');
  });
  if (response.ok) return response;
  const answer: unknown = await response.json().catch(() => undefined);
  const { error } = Object(answer) as { error?: { code?: unknown; message?: unknown } };
  const requestId = response.headers.get('x-request-id');
  if (typeof error?.code !== 'string' || typeof error.message !== 'string') {
    throw new SessionError('UNKNOWN', `The server answered with status ${response.status}.`, response.status);
  }
  throw new SessionError(error.code, error.message, response.status, requestId);
}

/** Takes the one-time ticket out of the page's address, where a link to the console carries it. */
export function takeTicket(): string | undefined {
  const ticket = new URLSearchParams(location.hash.slice(1)).get('ticket');
  if (ticket === null) return undefined;
  history.replaceState(history.state, '', location.pathname + location.search);
  return ticket;
}
