import type { Alert } from '../alerts/alerts-of.ts';
import { readLength } from '../alerts/silences.ts';

export type Mode =
  | 'list'
  /** One alert in full. */
  | 'details'
  | 'help'
  /** Typing the comment of an acknowledgement. */
  | 'ack'
  /** Typing for how long, then why. */
  | 'silence-length'
  | 'silence-comment'
  | 'filter';

/** What the person has chosen and typed; what is true of alerts is not in here. */
export interface UiState {
  readonly mode: Mode;
  /** An instance: the choice stays with it wherever it moves in the list. */
  readonly selected: string | null;
  readonly input: string;
  /** Whether the input is a proposal: the first letter typed takes its place. */
  readonly isProposed: boolean;
  readonly length: string;
  readonly filter: string;
  /** Lines that details are scrolled by. */
  readonly scroll: number;
  /** What came of the last key. */
  readonly notice: { readonly text: string; readonly isBad: boolean } | null;
}

export type Key =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'up' | 'down' | 'pageup' | 'pagedown' | 'enter' | 'escape' | 'backspace' | 'interrupt' };

/** What a key asks of the world. */
export type Effect =
  | { readonly kind: 'acknowledge'; readonly alert: Alert & { readonly episode: string }; readonly comment: string }
  | { readonly kind: 'silence'; readonly alert: Alert; readonly lengthMs: number; readonly comment: string }
  | { readonly kind: 'open'; readonly alert: Alert }
  | { readonly kind: 'quit'; readonly isInterrupted: boolean };

export interface Pressed {
  readonly state: UiState;
  readonly effect: Effect | null;
}

export const initialUi: UiState = {
  mode: 'list',
  selected: null,
  input: '',
  isProposed: false,
  length: '',
  filter: '',
  scroll: 0,
  notice: null,
};

const inputLengthMax = 200;
const pageLines = 10;
const lengthDefault = '2h';

/** Those whose rule, slice, severity or state has the filter's words, in any order. */
export function filtered(alerts: readonly Alert[], filter: string): readonly Alert[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return alerts.filter(({ rule, slice, severity, state }) => {
    const text = [rule.name, rule.uid, rule.kpi, slice?.dimension, slice?.value, severity, state].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The chosen alert; the first one before anything was chosen, or when the chosen one is over. */
export function selectedOf(state: UiState, alerts: readonly Alert[]): Alert | null {
  const shown = filtered(alerts, state.filter);
  return shown.find(({ instance }) => instance.id === state.selected) ?? shown[0] ?? null;
}

/** What a key makes of the state. */
export function press(state: UiState, key: Key, alerts: readonly Alert[]): Pressed {
  if (key.kind === 'interrupt') return { state, effect: { kind: 'quit', isInterrupted: true } };
  const calm = { ...state, notice: null };
  if (state.mode === 'list') return pressInList(calm, key, alerts);
  if (state.mode === 'details' || state.mode === 'help') return pressInReading(calm, key, alerts);
  return pressInInput(calm, key, alerts);
}

const only = (state: UiState): Pressed => ({ state, effect: null });

function pressInList(state: UiState, key: Key, alerts: readonly Alert[]): Pressed {
  if (key.kind === 'up' || (key.kind === 'text' && key.text === 'k')) return only(moved(state, alerts, -1));
  if (key.kind === 'down' || (key.kind === 'text' && key.text === 'j')) return only(moved(state, alerts, 1));
  if (key.kind === 'pageup' || key.kind === 'pagedown') return only(moved(state, alerts, key.kind === 'pageup' ? -pageLines : pageLines));
  if (key.kind === 'escape') return only({ ...state, filter: '' });
  if (key.kind !== 'text' && key.kind !== 'enter') return only(state);
  if (key.kind === 'text' && key.text === 'q') return { state, effect: { kind: 'quit', isInterrupted: false } };
  if (key.kind === 'text' && key.text === '?') return only({ ...state, mode: 'help', scroll: 0 });
  if (key.kind === 'text' && key.text === 'f') return only({ ...state, mode: 'filter', input: state.filter, isProposed: false });
  return pressOnAlert(state, key, selectedOf(state, alerts));
}

function pressOnAlert(state: UiState, key: Key, alert: Alert | null): Pressed {
  const text = key.kind === 'text' ? key.text : '';
  if (key.kind !== 'enter' && text !== 'a' && text !== 's') return only(state);
  if (alert === null) return only({ ...state, notice: { text: 'no alert is chosen', isBad: true } });
  // The choice is kept from here on: the list may change its order while the person types.
  const chosen = { ...state, selected: alert.instance.id, scroll: 0, input: '', isProposed: false };
  if (key.kind === 'enter') return { state: { ...chosen, mode: 'details' }, effect: { kind: 'open', alert } };
  if (text === 's') return only({ ...chosen, mode: 'silence-length', input: lengthDefault, isProposed: true });
  if (alert.episode !== null) return only({ ...chosen, mode: 'ack' });
  return only({ ...state, notice: { text: 'it is pending: nobody was told yet, so there is nothing to acknowledge', isBad: true } });
}

function pressInReading(state: UiState, key: Key, alerts: readonly Alert[]): Pressed {
  const isText = (text: string): boolean => key.kind === 'text' && key.text === text;
  const scrolled = (lines: number): Pressed => only({ ...state, scroll: Math.max(0, state.scroll + lines) });
  if (key.kind === 'up' || isText('k')) return scrolled(-1);
  if (key.kind === 'down' || isText('j')) return scrolled(1);
  if (key.kind === 'pageup') return scrolled(-pageLines);
  if (key.kind === 'pagedown' || isText(' ')) return scrolled(pageLines);
  if (key.kind === 'escape' || key.kind === 'enter' || isText('q') || isText('?')) return only({ ...state, mode: 'list', scroll: 0 });
  if (state.mode === 'details' && (isText('a') || isText('s'))) return pressOnAlert(state, key, selectedOf(state, alerts));
  return only(state);
}

function pressInInput(state: UiState, key: Key, alerts: readonly Alert[]): Pressed {
  if (key.kind === 'escape') return only({ ...state, mode: 'list', input: '' });
  if (key.kind === 'backspace') return only({ ...state, isProposed: false, input: Array.from(state.input).slice(0, -1).join('') });
  if (key.kind === 'text')
    return only({ ...state, isProposed: false, input: ((state.isProposed ? '' : state.input) + key.text).slice(0, inputLengthMax) });
  if (key.kind !== 'enter') return only(state);
  return submit(state, selectedNow(state, alerts));
}

/** While somebody types about an alert, no other one may take its place. */
function selectedNow({ selected }: UiState, alerts: readonly Alert[]): Alert | null {
  return alerts.find(({ instance }) => instance.id === selected) ?? null;
}

function submit(state: UiState, alert: Alert | null): Pressed {
  const input = state.input.trim();
  const back = { ...state, mode: 'list' as const, input: '' };
  if (state.mode === 'filter') return only({ ...back, filter: input });
  if (alert === null) return only({ ...back, notice: { text: 'that alert is over meanwhile', isBad: false } });
  if (state.mode === 'ack') {
    const { episode } = alert;
    if (episode === null) return only({ ...back, notice: { text: 'that alert is over meanwhile', isBad: false } });
    return { state: back, effect: { kind: 'acknowledge', alert: { ...alert, episode }, comment: input } };
  }
  const length = state.mode === 'silence-length' ? input : state.length;
  const lengthMs = readLength(length);
  if (lengthMs === null) return only({ ...state, notice: { text: 'expected a length of time such as 30m, 2h or 7d', isBad: true } });
  if (state.mode === 'silence-length') return only({ ...state, mode: 'silence-comment', length, input: '', isProposed: false });
  if (input === '') return only({ ...state, notice: { text: 'say why, for those who wonder later', isBad: true } });
  return { state: back, effect: { kind: 'silence', alert, lengthMs, comment: input } };
}

function moved(state: UiState, alerts: readonly Alert[], by: number): UiState {
  const shown = filtered(alerts, state.filter);
  const at = shown.findIndex(({ instance }) => instance.id === selectedOf(state, alerts)?.instance.id);
  const next = shown[Math.max(0, Math.min(shown.length - 1, at + by))];
  return { ...state, selected: next?.instance.id ?? null };
}
