import { catalog, type LoggedRequest, type ProcedureName, type RequestsListInput } from '@restage/sdk';

export type Code = NonNullable<LoggedRequest['code']>;

/** Each procedure in words. A new one doesn't compile until it has them. */
export const procedureLabels: Readonly<Record<ProcedureName, string>> = {
  'generations.start': 'Start a generation',
  'generations.quote': 'Quote a generation',
  'generations.get': 'Get a job',
  'generations.list': 'List jobs',
  'generations.summaries': 'List jobs with their cost',
  'generations.details': 'Get a job’s details',
  'generations.watch': 'Watch a job',
  'generations.cancel': 'Cancel a job',
  'uploads.create': 'Create an upload',
  'account.info': 'Get account info',
  'account.billing': 'Get billing',
  'account.usage': 'Get usage over time',
  'account.credits': 'List credit entries',
  'keys.list': 'List keys',
  'keys.create': 'Create a key',
  'keys.revoke': 'Revoke a key',
  'webhooks.secret': 'Get the webhook secret',
  'webhooks.rotateSecret': 'Rotate the webhook secret',
  'webhooks.list': 'List deliveries',
  'webhooks.get': 'Get a delivery',
  'webhooks.redeliver': 'Redeliver a webhook',
  'webhooks.test': 'Send a test event',
  'requests.list': 'List requests',
  'requests.get': 'Get a request',
  'requests.failures': 'Count failures',
};

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad request',
  401: 'Unauthorized',
  402: 'Payment required',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Too large',
  429: 'Too many requests',
  500: 'Server error',
};

/** The statuses that a call can have, with their names. */
export const statusLabels: Readonly<Record<string, string>> = Object.fromEntries(
  [...new Set([200, ...Object.values(catalog).map(({ status }) => status)])]
    .sort((a, b) => a - b)
    .map((status) => [String(status), `${status} ${reasons[status] ?? ''}`.trim()]),
);

export const codes = Object.keys(catalog).sort() as readonly Code[];

/** Which requests are shown; what is absent is no condition. */
export interface RequestFilters {
  readonly code?: Code;
  readonly procedure?: ProcedureName;
  readonly status?: string;
}

/** Reads the filters from the address. What is no value of a filter is ignored. */
export function readFilters(search: URLSearchParams): RequestFilters {
  const [code, procedure, status] = [search.get('code'), search.get('procedure'), search.get('status')];
  return {
    ...(isKey(catalog, code) && { code }),
    ...(isKey(procedureLabels, procedure) && { procedure }),
    ...(isKey(statusLabels, status) && { status }),
  };
}

/** The address of the log with these filters, and with one request open. */
export function toRequestsPath(filters: RequestFilters, openId?: string): string {
  const search = new URLSearchParams({ ...filters, ...(openId !== undefined && { request: openId }) });
  return search.size > 0 ? `/requests?${search}` : '/requests';
}

/** The filters as the API takes them. */
export function toListInput({ status, ...filters }: RequestFilters): RequestsListInput {
  return { ...filters, ...(status !== undefined && { status: Number(status) }) };
}

function isKey<T extends object>(object: T, key: string | null): key is keyof T & string {
  return key !== null && Object.hasOwn(object, key);
}
