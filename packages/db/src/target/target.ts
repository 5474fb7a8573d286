import type { SecureContextOptions } from 'node:tls';

/** The values of `sslmode`, as libpq defines them, from the weakest to the strongest. */
export const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof sslModes)[number];

/** How TLS is spoken, where it is: what `tls.connect` gets beside the socket. */
export interface TlsSettings extends SecureContextOptions {
  readonly rejectUnauthorized: boolean;
  /** Verified against the certificate, where it is an address: postgres.js itself passes on names only. */
  readonly host?: string;
  readonly checkServerIdentity?: () => undefined;
}

/** Where a database is and how to reach it: what a URL says, read once for all connections. */
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
  /** Command-line options for the session, as in `-c search_path=restage`. */
  readonly options: string | undefined;
  readonly connectTimeoutSeconds: number;
}

/** Whether a target is a Unix socket: TLS is then never used, whatever `sslmode` says, as in libpq. */
export const isSocket = ({ host }: Pick<DatabaseTarget, 'host'>) => host.startsWith('/');

/** Names a database by its place, and never by its password. */
export function describeTarget({ host, port, database }: DatabaseTarget): string {
  const place = host.startsWith('/')
    ? `${host}/.s.PGSQL.${port}`
    : `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return `PostgreSQL at ${place}, database ${database}`;
}
