import type { SecureContextOptions } from 'node:tls';

/** The values of `sslmode`, as libpq defines them, from the weakest to the strongest. */
export const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof sslModes)[number];

/** The options of `tls.connect` beside the socket. */
export interface TlsSettings extends SecureContextOptions {
  readonly rejectUnauthorized: boolean;
  /** Verified against the certificate if it is an address: postgres.js itself passes names only. */
  readonly host?: string;
  readonly checkServerIdentity?: () => undefined;
}

/** A parsed database URL: where the database is and how to connect to it. */
export interface DatabaseTarget {
  /** The setting that the URL came from, for messages. */
  readonly setting: string;
  /** A name, an address, or the directory of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly sslMode: SslMode;
  readonly tls: TlsSettings;
  readonly applicationName: string | undefined;
  /** Command-line options for the session, such as `-c search_path=restage`. */
  readonly options: string | undefined;
  readonly connectTimeoutSeconds: number;
}

/** Whether a target is a Unix socket, for which TLS is never used, as in libpq. */
export const isSocket = ({ host }: Pick<DatabaseTarget, 'host'>) => host.startsWith('/');

/** Names a database by host, port and name, without user and password. */
export function describeTarget({ host, port, database }: DatabaseTarget): string {
  const address = host.startsWith('/')
    ? `${host}/.s.PGSQL.${port}`
    : `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return `PostgreSQL at ${address}, database ${database}`;
}
