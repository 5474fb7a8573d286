import { type FailureValue, failWith } from '@restage/errors';
import { type DatabaseTarget, describeTarget } from './target/target.ts';

/** Why a database can't be used, as one line: host, port and database, and never the password. */
export type DatabaseFailure = FailureValue<'DATABASE_UNUSABLE'>;

/** The failure of a database that is named by its host, port and name. */
export const unusable = (target: DatabaseTarget, reason: string): DatabaseFailure =>
  failWith('DATABASE_UNUSABLE', `${describeTarget(target)} can't be used: ${reason}.`);

const reasons = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  ENOENT: 'there is no such socket',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  CONNECT_TIMEOUT: 'there was no answer in time',
  CONNECTION_CLOSED: 'the connection was closed at once',
  '28P01': 'the user name or password is wrong',
  '3D000': 'there is no such database',
  '53300': 'the server has no connection to spare',
  '57P03': 'the server is starting up or shutting down',
} as const;

/** What an error says, in one line. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A name with several addresses fails with all their errors at once, and an empty message of its own.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const code = getErrorCode(first);
  const known = (reasons as Readonly<Record<string, string>>)[code];
  if (known !== undefined) return known;
  const message = first instanceof Error ? first.message : String(first);
  const line = message.split('\n')[0]?.replace(/\.$/, '') || code;
  if (code === '28000') return `the server does not let this user in (${line})`;
  // OpenSSL's verdicts on a certificate, and Node's on its name.
  if (/CERT|VERIFY/.test(code)) {
    return `its certificate is refused (${line}); sslrootcert names its CA, and sslmode=require does not verify`;
  }
  return line;
}

/** The code of an error: PostgreSQL's, Node's or OpenSSL's; empty where it has none. */
export const getErrorCode = (error: unknown) =>
  error instanceof Error && 'code' in error ? String(error.code) : '';
