import { isIP } from 'node:net';
import { isPublicAddress, isSameAddress } from './address.ts';
import type { Network } from './network.ts';

/** Names of this machine or the local network, by RFC 6761, RFC 6762, RFC 8375, RFC 9476 and by convention. */
const localNames =
  /(^|\.)(localhost|localdomain|localhost6|local|internal|intranet|private|corp|home|lan|home\.arpa|in-addr\.arpa|ip6\.arpa|test|example|invalid|onion|alt)$/;

/** Converts the host of a URL to an address or a name to look up: removes brackets and a final dot. */
export function toBareHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

/**
 * Resolves the addresses that we may connect to for a host.
 * @returns `undefined` if we may not: a local name, or one of its addresses is not public or is our own. Public
 * addresses mixed with others indicate an attack or a private network.
 */
export async function resolveAllowedAddresses(
  hostname: string,
  network: Pick<Network, 'resolveName' | 'ownAddresses' | 'allowPrivateNetwork'>,
): Promise<readonly string[] | undefined> {
  const host = toBareHost(hostname);
  const isLiteral = isIP(host) !== 0;
  if (!isLiteral && !network.allowPrivateNetwork && !isPublicName(host)) return undefined;
  const addresses = isLiteral ? [host] : await network.resolveName(host);
  if (addresses.length === 0) return undefined;
  if (network.allowPrivateNetwork) return addresses;
  const ownAddresses = network.ownAddresses();
  const isAllowed = (address: string) =>
    isPublicAddress(address) && !ownAddresses.some((own) => isSameAddress(address, own));
  return addresses.every(isAllowed) ? addresses : undefined;
}

function isPublicName(host: string): boolean {
  return host.length <= 253 && host.includes('.') && !localNames.test(host.toLowerCase());
}
