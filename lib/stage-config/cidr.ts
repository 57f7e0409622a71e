import { isIPv4 } from 'node:net';

/** IPv4 network in CIDR notation, as a number and the length of its prefix. */
export interface Cidr {
  readonly address: number;
  readonly prefix: number;
}

/** Undefined unless the text is a network: an address with bits beyond the prefix is none. */
export function parseCidr(text: string): Cidr | undefined {
  const [ip = '', length = '', ...others] = text.split('/');
  if (others.length > 0 || !isIPv4(ip) || !/^(\d|[12]\d|3[0-2])$/.test(length)) return undefined;
  const address = ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const prefix = Number(length);
  return address % 2 ** (32 - prefix) === 0 ? { address, prefix } : undefined;
}

export function formatCidr({ address, prefix }: Cidr): string {
  const parts = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
  return `${parts.join('.')}/${prefix}`;
}
