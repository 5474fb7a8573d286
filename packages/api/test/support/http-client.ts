import { catalog } from '@restage/errors';
import { expect } from 'vitest';

/** Sends HTTP requests to a server. */
export interface HttpClient {
  /** Sends a request without a key. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** Sends a GET request with the key. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** Sends a POST request with the key. */
  post(path: string, body: BodyInit | null, headers?: Record<string, string>): Promise<Response>;
}

/** Creates an {@link HttpClient}. */
export function createHttpClient(url: string, key: string): HttpClient {
  const request = (path: string, init: RequestInit = {}) => fetch(`${url}${path}`, init);
  return {
    request,
    get: (path, headers = {}) => request(path, { headers: { 'x-api-key': key, ...headers } }),
    post: (path, body, headers = {}) =>
      request(path, { method: 'POST', body, headers: { 'x-api-key': key, ...headers } }),
  };
}

/** Expects an error outside /trpc: the status of its code, a body with exactly two fields, and the headers of every error. */
export async function expectEnvelope(response: Response, code: keyof typeof catalog): Promise<void> {
  const body: unknown = await response.json();
  expect(body).toEqual({ error: { code, message: expect.stringMatching(/\S/) } });
  expect(response.status).toBe(catalog[code].status);
  expect(response.headers.get('x-request-id')).toMatch(/^req_[\w-]{36}$/);
  expect(response.headers.get('link')).toBe(`<http://docs.restage.test/errors#${code}>; rel="help"`);
}
