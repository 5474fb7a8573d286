import ipaddr from 'ipaddr.js';

/** Networks that ipaddr.js classifies as unicast, but that are not on the public internet. */
const deniedNetworks = [
  '168.63.129.16/32', // Azure's host, which serves metadata
  '192.88.99.0/24', // 6to4 relays
  '2001::/23', // protocol assignments: Teredo, ORCHID, benchmarking
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4, which carries any IPv4 address
  '2620:4f:8000::/48', // AS112, answers for private names
];
/** The IPv6 addresses of the public internet: 2000::/3 (RFC 4291), whose upper half is not allocated. */
const publicIpv6 = '2000::/4';

const parsedNetworks = new Map<string, ReturnType<typeof ipaddr.parseCIDR>>();

/** Parses a network on first use: parsing all takes milliseconds, which the server's start should not wait for. */
function parseNetwork(range: string) {
  const network = parsedNetworks.get(range) ?? ipaddr.parseCIDR(range);
  parsedNetworks.set(range, network);
  return network;
}

/**
 * Whether a server on the public internet can have this address: none that is private, local, reserved or translated
 * (mapped, compatible, 6to4, Teredo, NAT64).
 * @param address as `dns.lookup` returns it: dotted decimal, or IPv6 without brackets
 */
export function isPublicAddress(address: string): boolean {
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address);
  if (!isAddress || address.includes('%')) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  if (parsed.kind() === 'ipv6' && !parsed.match(parseNetwork(publicIpv6))) return false;
  return !deniedNetworks
    .map(parseNetwork)
    .some(([base, bits]) => base.kind() === parsed.kind() && parsed.match(base, bits));
}

/** Whether two addresses are equal, in whichever notation. */
export function isSameAddress(one: string, other: string): boolean {
  return ipaddr.parse(one).toNormalizedString() === ipaddr.parse(other).toNormalizedString();
}
