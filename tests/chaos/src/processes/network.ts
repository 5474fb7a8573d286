import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** What the programs connect to. Those of one host connect to PostgreSQL and nothing else. */
export type Endpoint = 'database' | 'directDatabase' | 's3';

/** The connections of one program: each endpoint is behind a proxy, and faults hit all of them at once. */
export interface Network extends Omit<TcpProxy, 'port'> {
  /** Where the program finds its endpoints. */
  readonly ports: Partial<Record<Endpoint, number>>;
}

/** Starts a proxy for each endpoint. @param getPorts the current port of each */
export async function startNetwork(getPorts: Partial<Record<Endpoint, () => number>>): Promise<Network> {
  const proxies = await Promise.all(
    Object.entries(getPorts).map(async ([name, getPort]) => ({ name, proxy: await startTcpProxy(getPort) })),
  );
  const forEach = (method: Exclude<keyof TcpProxy, 'port'>) => () => {
    for (const { proxy } of proxies) proxy[method]();
  };
  return {
    ports: Object.fromEntries(proxies.map(({ name, proxy }) => [name, proxy.port])),
    resetConnections: forEach('resetConnections'),
    refuse: forEach('refuse'),
    hang: forEach('hang'),
    restore: forEach('restore'),
    close: forEach('close'),
  };
}
