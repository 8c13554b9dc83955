import { describe, expect, test } from 'vitest';
import { lane, recordOf } from './announce.fixture.ts';
import { messageText } from './group-text.ts';
import type { Severity } from '../types.ts';
import type { Message, MessageAlert, MessageKind } from './types.ts';

function alertOf(of: string, severity: Severity, over: { isResolved?: boolean; isKnown?: boolean } = {}): MessageAlert {
  const { isResolved = false, isKnown = false } = over;
  const record = recordOf({ of, kind: isResolved ? 'resolved' : 'firing', severity, sequence: 0, at: 0 });
  const { id, kind, windowEndMs } = record.transition;
  const transitions = isKnown ? [] : [{ id, kind, severity, windowEndMs, storedMs: 0 }];
  return { status: isResolved ? 'resolved' : 'firing', record, transitions, acknowledgedBy: null };
}
const messageOf = (kind: MessageKind, alerts: readonly MessageAlert[], held: Message['held'] = {}): Message => ({
  id: 'm',
  kind,
  lane,
  alerts,
  held,
  atMs: 0,
});
const lineOf = ({ record }: MessageAlert) => `- ${record.slice?.value}`;

describe('messageText', () => {
  test('counts per severity, grave before mild, and has one line per alert', () => {
    const alerts = [
      alertOf('a', 'critical'),
      alertOf('b', 'warning'),
      alertOf('c', 'warning'),
      alertOf('d', 'warning', { isResolved: true }),
    ];
    expect(messageText(messageOf('firing', alerts), lineOf)).toBe(
      '3 firing (1 critical, 2 warning), 1 resolved: Acquisition cost\n- a\n- b\n- c\n- d',
    );
  });

  test('has at most 20 lines of alerts, and says how many more there are', () => {
    const alerts = Array.from({ length: 57 }, (_, index) => alertOf(`s${index}`, 'info'));
    const lines = messageText(messageOf('firing', alerts), lineOf).split('\n');
    expect([lines.length, lines[0], lines[20], lines[21]]).toEqual([22, '57 firing (57 info): Acquisition cost', '- s19', 'and 37 more']);
  });

  test('what is new stands before what the reader knows', () => {
    const alerts = [
      ...Array.from({ length: 20 }, (_, index) => alertOf(`old${index}`, 'critical', { isKnown: true })),
      alertOf('new', 'warning', { isResolved: true }),
    ];
    const lines = messageText(messageOf('resolved', alerts), lineOf).split('\n');
    expect([lines[1], lines[2], lines.at(-1)]).toEqual(['- new', '- old0', 'and 1 more']);
  });

  test('one alert says all by itself, unless it is a repeat, flaps, or others are held', () => {
    const alerts = [alertOf('a', 'critical')];
    expect(messageText(messageOf('firing', alerts), lineOf)).toBe('- a');
    expect(messageText(messageOf('repeat', alerts), lineOf)).toBe('Still firing: 1 firing (1 critical): Acquisition cost\n- a');
    expect(messageText(messageOf('flapping', alerts), lineOf)).toBe(
      'Flapping, held from now on until calm: 1 firing (1 critical): Acquisition cost\n- a',
    );
    expect(messageText(messageOf('firing', alerts, { silenced: 2, muted: 1 }), lineOf)).toBe(
      '1 firing (1 critical): Acquisition cost\n- a\nnot told now: 2 silenced, 1 muted',
    );
    expect(messageText(messageOf('firing', alerts, { waiting: 500 }), lineOf)).toBe(
      '1 firing (1 critical): Acquisition cost\n- a\nand 500 more wait',
    );
    expect(messageText(messageOf('firing', alerts, { waiting: 500, muted: 1 }), lineOf)).toBe(
      '1 firing (1 critical): Acquisition cost\n- a\nnot told now: 1 muted, and 500 more wait',
    );
  });

  test('a line with breaks in it stays one line', () => {
    expect(messageText(messageOf('firing', [alertOf('a', 'info')]), () => 'one\r\n  two\nthree')).toBe('one two three');
  });
});
