import ipaddr from 'ipaddr.js';

/** Networks that ipaddr.js calls unicast and that are not the open internet. */
const denied = [
  '168.63.129.16/32', // Azure's host, which answers with metadata
  '192.88.99.0/24', // 6to4 relays
  '2001::/23', // protocol assignments: Teredo, ORCHID, benchmarking
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4, which carries any IPv4 address
  '2620:4f:8000::/48', // AS112, answers for private names
];
/** The IPv6 space of the open internet: 2000::/3 (RFC 4291), of which the upper half is not allocated. */
const globalUnicast = '2000::/4';

const parsed = new Map<string, ReturnType<typeof ipaddr.parseCIDR>>();

/** A network, parsed when it is first asked for: that takes milliseconds, which a start need not wait for. */
function network(range: string) {
  const known = parsed.get(range) ?? ipaddr.parseCIDR(range);
  parsed.set(range, known);
  return known;
}

/**
 * Whether a server on the open internet can have this address. Everything that is private, local, reserved,
 * or translated (mapped, compatible, 6to4, Teredo, NAT64) is not.
 * @param address as `dns.lookup` returns it: dotted decimal, or IPv6 without brackets
 */
export function isPublicAddress(address: string): boolean {
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address);
  if (!isAddress || address.includes('%')) return false;
  const asked = ipaddr.parse(address);
  if (asked.range() !== 'unicast') return false;
  if (asked.kind() === 'ipv6' && !asked.match(network(globalUnicast))) return false;
  return !denied.map(network).some(([base, bits]) => base.kind() === asked.kind() && asked.match(base, bits));
}

/** Whether two addresses, however they are written, are the same. */
export function isSameAddress(one: string, other: string): boolean {
  return ipaddr.parse(one).toNormalizedString() === ipaddr.parse(other).toNormalizedString();
}
