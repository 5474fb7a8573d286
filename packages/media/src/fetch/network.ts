import { lookup } from 'node:dns/promises';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Access to the network. Tests replace parts of it; addresses are checked in any case. */
export interface Network {
  /** Resolves all addresses of a name. Rejects if there is none. */
  readonly resolveName: (name: string) => Promise<readonly string[]>;
  /** Lists the addresses of this machine, which are refused even if they are public. */
  readonly ownAddresses: () => readonly string[];
  /** Opens a TCP connection to an address that has been checked. */
  readonly connect: (address: string, port: number) => Socket;
  /** PEM certificates to trust instead of the default authorities. */
  readonly certificateAuthorities?: string;
  /** Allows http, any port and private addresses: for development only. */
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
  connect: (address: string, port: number) => connect({ host: address, port }),
} satisfies Partial<Network>;
