import { lookup } from 'node:dns/promises';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';

/** How media reaches the network. Tests replace the parts; addresses are checked whatever they are. */
export interface Network {
  /** Looks up every address of a name. Rejects when there is none. */
  readonly resolveName: (name: string) => Promise<readonly string[]>;
  /** The addresses of this machine, which are refused even where they are public. */
  readonly ownAddresses: () => readonly string[];
  /** Opens a TCP connection to an address that has been checked. */
  readonly dial: (address: string, port: number) => Socket;
  /** PEM certificates to trust in place of the well-known authorities. */
  readonly certificateAuthorities?: string;
  /** Lets http, any port and private addresses through: for development alone. */
  readonly allowPrivateNetwork: boolean;
}

/** The operating system's name service and sockets. */
export const systemNetwork = {
  async resolveName(name: string) {
    const found = await lookup(name, { all: true });
    return found.map(({ address }) => address);
  },
  ownAddresses: () =>
    Object.values(networkInterfaces()).flatMap((found) => (found ?? []).map(({ address }) => address)),
  dial: (address: string, port: number) => connect({ host: address, port }),
} satisfies Partial<Network>;
