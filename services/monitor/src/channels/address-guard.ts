import { BlockList, isIP, isIPv6 } from 'node:net';

/** IPv4 that is nobody's on the open internet: private, loopback, link-local (cloud metadata), shared, documentation, multicast, reserved. */
const closedV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
/** Virtual addresses of clouds that lie in public space and lead inside. */
const cloudsV4: readonly (readonly [string, number])[] = [['168.63.129.16', 32]];
/** Of IPv6 only global unicast is open, without the parts that stand for other networks or carry an IPv4 inside. */
const openV6 = ['2000::', 3] as const;
const closedV6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
];

const closed = new BlockList();
for (const [network, bits] of [...closedV4, ...cloudsV4]) closed.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of closedV6) closed.addSubnet(network, bits, 'ipv6');
const open6 = new BlockList();
open6.addSubnet(openV6[0], openV6[1], 'ipv6');

/** Whether an address is one of the open internet, where notifications may go. A zone id makes it one of this machine's links. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !closed.check(address, 'ipv4');
  if (family !== 6 || address.includes('%')) return false;
  return open6.check(address, 'ipv6') && !closed.check(address, 'ipv6') && !isTunnelled(address);
}

/** ISATAP: the last 64 bits are 0000:5efe or 0200:5efe and the IPv4 address that a tunnel delivers to. */
function isTunnelled(address: string): boolean {
  const groups = groupsOf(address);
  return groups[5] === 0x5efe && (groups[4]! & 0xfdff) === 0;
}

/** The eight groups of an IPv6 address, as the URL parser writes it: no IPv4 in it any more. */
function groupsOf(address: string): readonly number[] {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head, tail] = canonical.split('::').map((part) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))));
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - head!.length - tail.length }, () => 0);
  return [...head!, ...zeros, ...(tail ?? [])];
}

/** The target is inside: told apart from network errors, because its remedy is another. */
class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';
  constructor(host: string, address: string) {
    super(
      `expected ${host} to be on the open internet, found the private address ${address}. If it is meant, add ${host} to the channel's allow_private_hosts`,
    );
  }
}

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}
/** Resolves a name to all of its addresses. */
export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>;

/**
 * The addresses that a host may be connected at: what is given back is what was checked, and nothing else is ever dialled, so a name that
 * changes its address between check and use gains nothing.
 *
 * Shapes   host: a name or an address, with or without brackets
 * Errors   PrivateAddressError when any address is inside and the host is not allowed; the resolver's own
 */
export async function addressesOf(
  host: string,
  { allowPrivateHosts, resolve }: { allowPrivateHosts: readonly string[]; resolve: Resolve },
): Promise<readonly ResolvedAddress[]> {
  const bare = withoutBrackets(host);
  const addresses = isIP(bare) === 0 ? await resolve(bare) : [{ address: bare, family: isIPv6(bare) ? 6 : 4 }];
  if (addresses.length === 0) throw new Error(`expected an address for ${bare}, found none`);
  if (allowPrivateHosts.some((allowed) => withoutBrackets(allowed) === bare)) return addresses;
  const inside = addresses.find(({ address }) => !isPublicAddress(address));
  if (inside !== undefined) throw new PrivateAddressError(bare, inside.address);
  return addresses;
}

const withoutBrackets = (host: string): string => host.replace(/^\[|\]$/g, '');
