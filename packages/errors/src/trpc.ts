/**
 * Exact errors for `@trpc/client`: the codes of each procedure of `AppRouter` as a type, and a function that reads them from
 * a caught error. It does not import tRPC; errors are recognized by their fields.
 */
import type { ErrorCode } from './catalog.ts';
import { type ErrorCodeWith, hasDetail } from './failure.ts';
import { procedureCodes } from './generated/procedure-codes.ts';

/** A procedure of `AppRouter`, whose type contains its codes. */
export interface ProcedureWithCodes<Code extends string = string> {
  readonly meta: { readonly errorCodes: readonly Code[] };
}

/** Exactly the codes of a procedure: `ErrorCodeOf<AppRouter['generations']['get']>`. */
export type ErrorCodeOf<P> = P extends ProcedureWithCodes<infer Code> ? Extract<Code, ErrorCode> : never;

/** The fields of an error besides its code. */
export interface ProcedureErrorDetails {
  /** A message for people: the parameter, what is accepted and what was received. */
  readonly message: string;
  /** The name of the invalid parameter. */
  readonly param?: string;
  /** The id of the request in the server's logs. */
  readonly requestId: string;
  /** The documentation of the code. */
  readonly docUrl: string;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** Seconds to wait before a retry. */
  readonly retryAfter?: number;
}

/** An error whose code the procedure declares. */
interface DeclaredError<Code extends ErrorCode> extends ProcedureErrorDetails {
  readonly code: Code;
}

/** An error whose code the procedure does not declare: the code of a newer server, or of another route. */
export interface UndeclaredError extends ProcedureErrorDetails {
  readonly code: 'UNKNOWN';
  /** The code in the server's response. */
  readonly wireCode: string;
}

/** The error of a call, as a union that `switch (error.code)` narrows. */
export type ProcedureError<Code extends ErrorCode> =
  | UndeclaredError
  | (Code extends ErrorCodeWith<'retryAfter'>
      ? DeclaredError<Code> & { readonly retryAfter: number }
      : Code extends ErrorCode
        ? DeclaredError<Code>
        : never);

/** A {@link ProcedureError} whose code is only known at run time. */
type AnyProcedureError = UndeclaredError | DeclaredError<ErrorCode>;

/** Seconds to wait if a code that always has `retryAfter` arrives without it, because a proxy dropped the header. */
const defaultRetryAfter = 1;

/**
 * Returns the error of a call of procedure `P`: `getProcedureError<AppRouter['generations']['get']>(error)`. If several
 * procedures are called, pass a union of their types.
 * @param error the caught value: a `TRPCClientError`, or anything else
 * @returns the error, with a code that the procedure declares or UNKNOWN; undefined if it is not a Restage response, but
 * for example a connection error, a proxy's page or a bug
 */
export function getProcedureError<P extends ProcedureWithCodes = ProcedureWithCodes<ErrorCode>>(
  error: unknown,
): ProcedureError<ErrorCodeOf<P>> | undefined;
export function getProcedureError(error: unknown): AnyProcedureError | undefined {
  const data = readField(error, 'data');
  const body = readField(data, 'error');
  const [code, message, requestId, docUrl] = ['code', 'message', 'requestId', 'docUrl'].map((name) =>
    readText(body, name),
  );
  const retryable = readField(body, 'retryable');
  if (code === undefined || message === undefined || requestId === undefined || docUrl === undefined)
    return undefined;
  if (typeof retryable !== 'boolean') return undefined;
  const param = readText(body, 'param');
  const retryAfter = readField(body, 'retryAfter');
  const details: ProcedureErrorDetails = {
    message,
    ...(param !== undefined && { param }),
    requestId,
    docUrl,
    retryable,
    ...(typeof retryAfter === 'number' && { retryAfter }),
  };
  const declaredCode = findDeclaredCode(readText(data, 'path'), code);
  if (declaredCode === undefined) return { code: 'UNKNOWN', wireCode: code, ...details };
  if (!hasDetail(declaredCode, 'retryAfter') || details.retryAfter !== undefined)
    return { code: declaredCode, ...details };
  return { code: declaredCode, ...details, retryAfter: readRetryAfter(error) ?? defaultRetryAfter };
}

/** Returns the code if this version knows the procedure and the procedure declares the code. */
function findDeclaredCode(path: string | undefined, code: string): ErrorCode | undefined {
  const table: Readonly<Record<string, readonly ErrorCode[]>> = procedureCodes;
  const declaredCodes = path !== undefined && Object.hasOwn(table, path) ? table[path] : undefined;
  return declaredCodes?.find((candidate) => candidate === code);
}

/** Reads the `retry-after` header in seconds, for older servers, if the link kept the response. */
function readRetryAfter(error: unknown): number | undefined {
  const headers = readField(readField(readField(error, 'meta'), 'response'), 'headers');
  const get = readField(headers, 'get');
  const header: unknown =
    typeof get === 'function' ? Reflect.apply(get, headers, ['retry-after']) : undefined;
  return typeof header === 'string' && /^\d+$/.test(header) ? Number(header) : undefined;
}

function readText(value: unknown, name: string): string | undefined {
  const field = readField(value, name);
  return typeof field === 'string' ? field : undefined;
}

function readField(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
