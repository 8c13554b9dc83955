import { anAlertRule } from '@vigie/testkit';
import { expect, test } from 'vitest';
import { alertsOf } from '../alerts/alerts-of.ts';
import { board, firing, judged, pending } from '../alerts/board.fixture.ts';
import { type Effect, filtered, initialUi, type Key, press, selectedOf, type UiState } from './ui-state.ts';

const alerts = alertsOf(board([judged(anAlertRule(), [firing('a', { severity: 'critical' }), firing('b'), pending('p')])]));

/** Keys as a person types them: one character each, but for those in angle brackets. */
function typed(text: string, from: UiState = initialUi, among = alerts): { state: UiState; effects: Effect[] } {
  const keys = text.match(/<\w+>|./g) ?? [];
  let state = from;
  const effects: Effect[] = [];
  for (const one of keys) {
    const key = (one.length > 1 ? { kind: one.slice(1, -1) } : { kind: 'text', text: one }) as Key;
    const pressed = press(state, key, among);
    state = pressed.state;
    if (pressed.effect !== null) effects.push(pressed.effect);
  }
  return { state, effects };
}
const chosen = (state: UiState): string | undefined => selectedOf(state, alerts)?.instance.id;

test('up and down choose, and stop at the ends', () => {
  expect(chosen(initialUi)).toBe('a');
  expect(chosen(typed('<down>').state)).toBe('b');
  expect(chosen(typed('jjjjj').state)).toBe('p');
  expect(chosen(typed('jjk<up><up>').state)).toBe('a');
});

test('the choice stays with its alert when the list changes its order, and falls to the first when it is over', () => {
  const { state } = typed('j');
  expect(selectedOf(state, alerts.toReversed())?.instance.id).toBe('b');
  expect(selectedOf(state, alerts.slice(0, 1))?.instance.id).toBe('a');
});

test('a asks for a comment and acknowledges what was chosen', () => {
  const { state, effects } = typed('jalooking<enter>');
  expect(effects).toMatchObject([{ kind: 'acknowledge', alert: { episode: 'e-b' }, comment: 'looking' }]);
  expect(state.mode).toBe('list');
});

test('an alert that ends while the comment is typed is not acknowledged, and no other one in its place', () => {
  const { state } = typed('jalooking');
  const pressed = press(state, { kind: 'enter' }, alerts.slice(0, 1));
  expect(pressed.effect).toBeNull();
  expect(pressed.state.notice?.text).toContain('over meanwhile');
});

test('what is pending cannot be acknowledged, and that is said', () => {
  const { state, effects } = typed('jja');
  expect(effects).toEqual([]);
  expect(state).toMatchObject({ mode: 'list', notice: { isBad: true } });
});

test('s asks for how long, then why, and refuses either without sense', () => {
  const wrong = typed('s<backspace><backspace>soon<enter>');
  expect(wrong.state).toMatchObject({ mode: 'silence-length', notice: { text: expect.stringContaining('30m, 2h or 7d') } });
  const why = typed('s<enter><enter>');
  expect(why.state).toMatchObject({ mode: 'silence-comment', notice: { isBad: true } });
  const { effects } = typed('s<backspace><backspace>30m<enter>planned<enter>');
  expect(effects).toMatchObject([{ kind: 'silence', lengthMs: 1_800_000, comment: 'planned', alert: { instance: { id: 'a' } } }]);
});

test('what is typed takes the place of the proposed length, and a proposed one can be shortened', () => {
  expect(typed('s').state.input).toBe('2h');
  expect(typed('s30m').state.input).toBe('30m');
  expect(typed('s<backspace>m').state.input).toBe('2m');
  expect(typed('s<enter>2').state).toMatchObject({ mode: 'silence-comment', input: '2' });
});

test('letters that are keys elsewhere are letters in a comment; escape leaves without doing anything', () => {
  expect(typed('aqsf?j').state).toMatchObject({ mode: 'ack', input: 'qsf?j' });
  expect(typed('aqs<escape>')).toMatchObject({ state: { mode: 'list' }, effects: [] });
});

test('f keeps those with all words, in any order and case, and escape brings all back', () => {
  expect(filtered(alerts, 'CHURN critical').map(({ instance }) => instance.id)).toEqual(['a']);
  const { state } = typed('fpending<enter>');
  expect(chosen(state)).toBe('p');
  expect(typed('<escape>', state).state.filter).toBe('');
});

test('enter opens an alert and escape closes it; scrolling never goes above the top', () => {
  const opened = typed('<enter>');
  expect(opened.effects).toMatchObject([{ kind: 'open', alert: { episode: 'e-a' } }]);
  expect(typed('<down><up><up>', opened.state).state.scroll).toBe(0);
  expect(typed('<escape>', opened.state).state.mode).toBe('list');
});

test('q quits from the list, and Ctrl-C from everywhere', () => {
  expect(typed('q').effects).toEqual([{ kind: 'quit', isInterrupted: false }]);
  expect(typed('a<interrupt>').effects).toEqual([{ kind: 'quit', isInterrupted: true }]);
});

test('without any alert the keys do no harm', () => {
  expect(typed('jk<pagedown>as<enter>', initialUi, []).effects).toEqual([]);
});
