import { lookup } from 'node:dns/promises';
import { connect, type Socket } from 'node:net';
import type { ResolveName } from './host.ts';

/** How media reaches the network. Tests replace the parts; addresses are checked whatever they are. */
export interface Network {
  /** Looks up the addresses of a name. */
  readonly resolveName: ResolveName;
  /** Opens a TCP connection to an address that has been checked. */
  readonly dial: (address: string, port: number) => Socket;
  /** PEM certificates to trust in place of the well-known authorities. */
  readonly certificateAuthorities?: string;
  /** Lets http, any port and private addresses through: for development alone. */
  readonly allowPrivateNetwork: boolean;
}

/** The operating system's name service and sockets. */
export const systemNetwork = {
  async resolveName(name) {
    const found = await lookup(name, { all: true });
    return found.map(({ address }) => address);
  },
  dial: (address, port) => connect({ host: address, port }),
} satisfies Partial<Network>;
