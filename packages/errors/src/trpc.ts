/**
 * Exact errors for `@trpc/client`: the codes that a procedure of `AppRouter` declares, as a type, and what a caught error
 * says of them. Nothing of tRPC is imported: errors are known by what they hold.
 */
import type { ErrorCode } from './catalog.ts';
import { type ErrorCodeWith, hasDetail } from './failure.ts';
import { procedureCodes } from './generated/procedure-codes.ts';

/** What each procedure of `AppRouter` says of its codes, in its type. */
export interface ProcedureWithCodes<Code extends string = string> {
  readonly meta: { readonly errorCodes: readonly Code[] };
}

/** Exactly the codes of a procedure: `ErrorCodeOf<AppRouter['generations']['get']>`. */
export type ErrorCodeOf<P> = P extends ProcedureWithCodes<infer Code> ? Extract<Code, ErrorCode> : never;

/** What an answer says of an error beside its code. */
export interface ProcedureErrorDetails {
  /** For people: names the parameter, what is accepted and what was received. */
  readonly message: string;
  /** The offending parameter. */
  readonly param?: string;
  /** What the server's operator finds the request by. */
  readonly requestId: string;
  /** The page about the code. */
  readonly docUrl: string;
  /** Whether the very same call may succeed later. */
  readonly retryable: boolean;
  /** Seconds after which it may. */
  readonly retryAfter?: number;
}

/** An error whose code the procedure declares. */
interface DeclaredError<Code extends ErrorCode> extends ProcedureErrorDetails {
  readonly code: Code;
}

/** An error whose code the procedure does not declare: one of a newer server, or of another route. */
export interface UndeclaredError extends ProcedureErrorDetails {
  readonly code: 'UNKNOWN';
  /** The code as the server sent it. */
  readonly wireCode: string;
}

/** What a call of a procedure was answered with, as a union that `switch (error.code)` narrows. */
export type ProcedureError<Code extends ErrorCode> =
  | UndeclaredError
  | (Code extends ErrorCodeWith<'retryAfter'>
      ? DeclaredError<Code> & { readonly retryAfter: number }
      : Code extends ErrorCode
        ? DeclaredError<Code>
        : never);

/** What the compiler sees of one whose code is only known at run time. */
type AnyProcedureError = UndeclaredError | DeclaredError<ErrorCode>;

/** Seconds to wait where an answer that must say so does not, since something on its way has cut it. */
const defaultRetryAfter = 1;

/**
 * What a call of the procedure `P` was answered with: `getProcedureError<AppRouter['generations']['get']>(error)`. Give a
 * union of procedures where several are called.
 * @param error what was caught: a `TRPCClientError`, or anything else
 * @returns the error, with a code that the procedure declares or with UNKNOWN; undefined where this is no answer of
 * Restage: no connection, a page of a proxy, a bug
 */
export function getProcedureError<P extends ProcedureWithCodes = ProcedureWithCodes<ErrorCode>>(
  error: unknown,
): ProcedureError<ErrorCodeOf<P>> | undefined;
export function getProcedureError(error: unknown): AnyProcedureError | undefined {
  const data = readField(error, 'data');
  const sent = readField(data, 'error');
  const [code, message, requestId, docUrl] = ['code', 'message', 'requestId', 'docUrl'].map((name) =>
    readText(sent, name),
  );
  const retryable = readField(sent, 'retryable');
  if (code === undefined || message === undefined || requestId === undefined || docUrl === undefined)
    return undefined;
  if (typeof retryable !== 'boolean') return undefined;
  const param = readText(sent, 'param');
  const retryAfter = readField(sent, 'retryAfter');
  const details: ProcedureErrorDetails = {
    message,
    ...(param !== undefined && { param }),
    requestId,
    docUrl,
    retryable,
    ...(typeof retryAfter === 'number' && { retryAfter }),
  };
  const declared = findDeclared(readText(data, 'path'), code);
  if (declared === undefined) return { code: 'UNKNOWN', wireCode: code, ...details };
  if (!hasDetail(declared, 'retryAfter') || details.retryAfter !== undefined)
    return { code: declared, ...details };
  return { code: declared, ...details, retryAfter: readRetryAfter(error) ?? defaultRetryAfter };
}

/** The code, if this version knows the procedure and the procedure declares it. */
function findDeclared(path: string | undefined, code: string): ErrorCode | undefined {
  const table: Readonly<Record<string, readonly ErrorCode[]>> = procedureCodes;
  const declared = path !== undefined && Object.hasOwn(table, path) ? table[path] : undefined;
  return declared?.find((each) => each === code);
}

/** Seconds, from the header of an older server's answer, where the link has kept the response. */
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
