import { decode, encode } from '@msgpack/msgpack';
import { expect, test } from 'vitest';
import { pack } from './pack.ts';

const lengths = [0, 1, 15, 16, 31, 32, 255, 256, 65_535, 65_536];

test('text and lists of any length are packed as the msgpack library packs them', () => {
  for (const length of lengths) {
    const texts = ['a', 'é', '漢', '🙂'].map((letter) => letter.repeat(length));
    const list = Array.from({ length }, (_, index) => `${index}`);
    for (const asked of [texts, list, [list, [[]], 'x']]) {
      expect(pack(asked).equals(encode(asked))).toBe(true);
      expect(decode(pack(asked))).toEqual(asked);
    }
  }
});
