import { join } from 'node:path';
import { type PgBouncer, startPgBouncer } from '@restage/db/testing';
import type { Endpoint, Network } from './network.ts';
import { type ObjectStore, startObjectStore } from './object-store.ts';
import { type Postgres, startPostgres } from './postgres.ts';
import { startTcpProxy } from './tcp-proxy.ts';

/** What the programs use. */
export interface Backends {
  readonly postgres: Postgres;
  /** What hosts have beside PostgreSQL; undefined if all programs run on one host, with one data directory. */
  readonly hosts: { readonly pooler: PgBouncer; readonly objectStore: ObjectStore } | undefined;
  getDataDirectory(program: string): string;
  readonly getPorts: Partial<Record<Endpoint, () => number>>;
  /** The environment variables by which a program finds all of it through its network. */
  getEnvironment(program: string, ports: Network['ports']): Record<string, string>;
  stop(): Promise<void>;
}

/** Starts PostgreSQL and, for programs on hosts of their own, PgBouncer and an S3 server. */
export async function startBackends(directory: string, hasHosts: boolean): Promise<Backends> {
  await using started = new AsyncDisposableStack();
  const postgres = await startPostgres(join(directory, 'postgres'));
  started.defer(postgres.stop);
  if (!hasHosts) {
    const dataDirectory = join(directory, 'data');
    const running = started.move();
    return {
      postgres,
      hosts: undefined,
      getDataDirectory: () => dataDirectory,
      getPorts: { database: postgres.port },
      getEnvironment: (_, { database }) => ({
        DATABASE_URL: withPort(postgres.url(), database),
        RESTAGE_DATA_DIR: dataDirectory,
      }),
      stop: () => running.disposeAsync(),
    };
  }
  // PgBouncer knows one port, and that of PostgreSQL changes.
  const proxy = await startTcpProxy(postgres.port);
  started.defer(proxy.close);
  const pooler = await startPgBouncer(withPort(postgres.url(), proxy.port), {
    pool_mode: 'transaction',
    default_pool_size: 30,
    max_client_conn: 500,
    // By default, one failed login makes it refuse connections for 15 s.
    server_login_retry: 1,
  });
  started.defer(pooler.stop);
  const objectStore = await startObjectStore();
  started.defer(objectStore.stop);
  const { bucket, prefix } = objectStore.options;
  const getDataDirectory = (program: string) => join(directory, 'hosts', program);
  const running = started.move();
  return {
    postgres,
    hosts: { pooler, objectStore },
    getDataDirectory,
    getPorts: {
      database: () => Number(new URL(pooler.url).port),
      directDatabase: postgres.port,
      s3: () => objectStore.port,
    },
    getEnvironment: (program, ports) => ({
      DATABASE_URL: withPort(pooler.url, ports.database),
      DATABASE_DIRECT_URL: withPort(postgres.url(), ports.directDatabase),
      RESTAGE_DATA_DIR: getDataDirectory(program),
      RESTAGE_S3_BUCKET: bucket,
      RESTAGE_S3_PREFIX: prefix,
      RESTAGE_S3_ENDPOINT: `http://127.0.0.1:${ports.s3}`,
      RESTAGE_S3_PATH_STYLE: '1',
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
    }),
    stop: () => running.disposeAsync(),
  };
}

function withPort(url: string, port: number | undefined): string {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}
