import { isIP } from 'node:net';
import { isPublicAddress, isSameAddress } from './address.ts';
import type { Network } from './network.ts';

/** Names that stand for this machine or network, by RFC 6761, RFC 6762, RFC 8375, RFC 9476 and by custom. */
const localNames =
  /(^|\.)(localhost|localdomain|localhost6|local|internal|intranet|private|corp|home|lan|home\.arpa|in-addr\.arpa|ip6\.arpa|test|example|invalid|onion|alt)$/;

/** The host of a URL as an address or a name to look up: without brackets and final dot. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

/**
 * The addresses at which a host may be dialled.
 * @returns `undefined` when it may not be: a name for local use, or one of its addresses is not public, or ours. An
 * answer that mixes public and other addresses is an attack, or a network that is not ours to enter.
 */
export async function allowedAddresses(
  hostname: string,
  network: Pick<Network, 'resolveName' | 'ownAddresses' | 'allowPrivateNetwork'>,
): Promise<readonly string[] | undefined> {
  const host = bareHost(hostname);
  const literal = isIP(host) !== 0;
  if (!literal && !network.allowPrivateNetwork && !isPublicName(host)) return undefined;
  const addresses = literal ? [host] : await network.resolveName(host);
  if (addresses.length === 0) return undefined;
  if (network.allowPrivateNetwork) return addresses;
  const own = network.ownAddresses();
  const isOpen = (address: string) =>
    isPublicAddress(address) && !own.some((ours) => isSameAddress(address, ours));
  return addresses.every(isOpen) ? addresses : undefined;
}

function isPublicName(host: string): boolean {
  return host.length <= 253 && host.includes('.') && !localNames.test(host.toLowerCase());
}
