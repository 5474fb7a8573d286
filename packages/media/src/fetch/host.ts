import { isIP } from 'node:net';
import { isPublicAddress } from './address.ts';

/** Looks up every address of a name. Rejects when there is none. */
export type ResolveName = (name: string) => Promise<readonly string[]>;

/** Names that stand for this machine or network, by RFC 6761, RFC 6762, RFC 8375, RFC 9476 and by custom. */
const localNames =
  /(^|\.)(localhost|localdomain|localhost6|local|internal|intranet|private|corp|home|lan|home\.arpa|in-addr\.arpa|ip6\.arpa|test|example|invalid|onion|alt)$/;

/** The host of a URL as an address or a name to look up: without brackets and final dot. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

/**
 * The addresses at which a host may be dialled.
 * @returns `undefined` when it may not be: a name for local use, or one of its addresses is not public. An
 * answer that mixes public and other addresses is an attack, or a network that is not ours to enter.
 */
export async function allowedAddresses(
  hostname: string,
  options: { readonly resolveName: ResolveName; readonly allowPrivateNetwork: boolean },
): Promise<readonly string[] | undefined> {
  const host = bareHost(hostname);
  const literal = isIP(host) !== 0;
  if (!literal && !options.allowPrivateNetwork && !isPublicName(host)) return undefined;
  const addresses = literal ? [host] : await options.resolveName(host);
  const allowed = options.allowPrivateNetwork || addresses.every(isPublicAddress);
  return allowed && addresses.length > 0 ? addresses : undefined;
}

function isPublicName(host: string): boolean {
  return host.length <= 253 && host.includes('.') && !localNames.test(host.toLowerCase());
}
