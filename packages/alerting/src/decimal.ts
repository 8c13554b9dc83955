/** Compares decimals as people write them, exactly: 5.00 reaches a limit of 5, and 4.99999999999999999 does not. */
export function compareDecimals(a: string, b: string): -1 | 0 | 1 {
  const { left, right } = alignDecimals(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Two decimals as integers of one last digit: 4.5 and 12.25 are 450 and 1225 of 2 places. */
export function alignDecimals(a: string, b: string): { left: bigint; right: bigint; places: number } {
  const [left, right] = [parse(a), parse(b)];
  const places = Math.max(left.places, right.places);
  const scaled = (one: typeof left) => one.digits * 10n ** BigInt(places - one.places);
  return { left: scaled(left), right: scaled(right), places };
}

/** An integer of minor units (12345, 2 places) as a decimal of major units (123.45). */
export function decimalOfMinor(minor: bigint, places: number): string {
  const sign = minor < 0n ? '-' : '';
  const digits = (minor < 0n ? -minor : minor).toString().padStart(places + 1, '0');
  return places === 0 ? sign + digits : `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

function parse(text: string): { digits: bigint; places: number } {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) throw new RangeError(`Expected a decimal number such as 4.5, found ${JSON.stringify(text)}.`);
  const fraction = match[3] ?? '';
  return { digits: BigInt(`${match[1]!}${match[2]!}${fraction}`), places: fraction.length };
}

/** A decimal in integers of so many places, rounded down: 0.597 of 2 places is 59, and not exact. */
export function minorOfDecimal(text: string, places: number): { floor: bigint; isExact: boolean } {
  const { digits, places: given } = parse(text);
  if (given <= places) return { floor: digits * 10n ** BigInt(places - given), isExact: true };
  const step = 10n ** BigInt(given - places);
  const isExact = digits % step === 0n;
  // Division of integers rounds towards zero.
  return { floor: digits / step - (digits < 0n && !isExact ? 1n : 0n), isExact };
}
