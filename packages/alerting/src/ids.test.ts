import { expect, test } from 'vitest';
import { definitionHashOf, episodeId, instanceId, notificationId, transitionId } from './ids.ts';

// By Python's hashlib, over the compact JSON of a kind and what it names. Stored state and receivers know these: they must never change.
test('ids are what they were, in every version', () => {
  const instance = instanceId('default', 'cac-by-channel', { channel: 'paid_search' });
  const episode = episodeId(instance, 1_795_341_600_000);
  const transition = transitionId(episode, 0);
  expect([instance, episode, transition]).toEqual([
    '03186bb9ee3e5ea51f3e9611f2132382',
    '5f299e28409420f691e1b0b835195fcb',
    '35767c7fcbadc4a24e7745d1b6fe9fd9',
  ]);
  expect(notificationId(transition, 'firing', 'ops-hook')).toBe('msg_ec65fce1a7eeee7d8117d1f3c2c31fad');
});

test('the order of labels and of keys does not matter, what they say does', () => {
  expect(instanceId('t', 'r', { a: '1', b: '2' })).toBe(instanceId('t', 'r', { b: '2', a: '1' }));
  expect(instanceId('t', 'r', { a: '1', b: '2' })).not.toBe(instanceId('t', 'r', { a: '2', b: '1' }));
  expect(definitionHashOf({ a: 1, b: { c: 2, d: [3, 4] } })).toBe(definitionHashOf({ b: { d: [3, 4], c: 2 }, a: 1 }));
  expect(definitionHashOf({ a: [3, 4] })).not.toBe(definitionHashOf({ a: [4, 3] }));
});
