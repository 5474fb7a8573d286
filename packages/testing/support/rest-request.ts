import { type ProcedureName, procedures } from '@restage/contract';

/** A call of a procedure over REST: its path with the query, and the options of `fetch`. */
export interface RestRequest {
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Writes a call of a procedure as its REST binding has it. `input` may be anything. */
export function toRestRequest(name: ProcedureName, input: unknown, key: string | undefined): RestRequest {
  const { rest } = procedures[name];
  const fields = typeof input === 'object' && input !== null ? { ...input } : {};
  const path = rest.path.replace(/\{(\w+)\}/g, (_, field: string) =>
    encodeURIComponent(String(Reflect.get(fields, field))),
  );
  const query = new URLSearchParams();
  for (const field of Object.keys('query' in rest ? rest.query : {})) {
    if (field in fields) query.set(field, String(Reflect.get(fields, field)));
  }
  return {
    path: `${path}${query.size > 0 ? `?${query}` : ''}`,
    method: rest.method,
    headers: key === undefined ? {} : { 'x-api-key': key },
    ...(rest.method === 'POST' && { body: JSON.stringify(input) ?? '' }),
  };
}
