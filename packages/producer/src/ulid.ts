const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const randomLength = 16;

/**
 * Makes ULIDs: 10 characters of time, 16 of chance, sortable by the moment they were made.
 *
 * Holds    ids of one maker strictly increase, also within a millisecond and when the clock goes back
 */
export function createUlids(clock: () => number, randomBytes: (count: number) => Uint8Array): () => string {
  let lastMs = -1;
  let digits: number[] = [];
  return () => {
    const nowMs = clock();
    if (nowMs > lastMs || !increment(digits)) {
      lastMs = Math.max(nowMs, lastMs + 1);
      digits = Array.from(randomBytes(randomLength), (byte) => byte & 31);
    }
    return timePart(lastMs) + digits.map((digit) => alphabet[digit]).join('');
  };
}

function timePart(timeMs: number): string {
  let text = '';
  for (let rest = timeMs, length = 0; length < 10; length++, rest = Math.floor(rest / 32)) text = alphabet[rest % 32]! + text;
  return text;
}

/** Adds one; false when all digits were at their end. */
function increment(digits: number[]): boolean {
  for (let index = digits.length - 1; index >= 0; index--) {
    if (digits[index]! < 31) {
      digits[index]!++;
      return true;
    }
    digits[index] = 0;
  }
  return false;
}
