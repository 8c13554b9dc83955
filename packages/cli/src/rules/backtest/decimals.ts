/** Sums of decimals as people write them, exact: 4.5 + 0.1 is 4.6. */
interface Scaled {
  readonly digits: bigint;
  readonly places: number;
}

export function addDecimals(a: string, b: string): string {
  return combine(a, b, 1n);
}

export function subtractDecimals(a: string, b: string): string {
  return combine(a, b, -1n);
}

function combine(a: string, b: string, sign: 1n | -1n): string {
  const [left, right] = [scaled(a), scaled(b)];
  const places = Math.max(left.places, right.places);
  return textOf({ digits: widen(left, places) + sign * widen(right, places), places });
}

const widen = ({ digits, places }: Scaled, to: number): bigint => digits * 10n ** BigInt(to - places);

function scaled(text: string): Scaled {
  const [whole, fraction = ''] = text.replace('-', '').split('.');
  const digits = BigInt(`${whole}${fraction}`);
  return { digits: text.startsWith('-') ? -digits : digits, places: fraction.length };
}

function textOf({ digits, places }: Scaled): string {
  const sign = digits < 0n ? '-' : '';
  const text = (digits < 0n ? -digits : digits).toString().padStart(places + 1, '0');
  if (places === 0) return sign + text;
  return `${sign}${text.slice(0, -places)}.${text.slice(-places)}`.replace(/\.?0+$/, '');
}
