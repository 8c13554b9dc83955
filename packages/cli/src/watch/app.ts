import { Box, type Key as InkKey, Text, useInput, useStdout } from 'ink';
import { createElement as h, type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import { frame, pageFrame, type Screen } from './frame.ts';
import { helpText } from './help-text.ts';
import type { Snapshot, WatchSession } from './session.ts';
import { type Line, lineText, span, type Tone } from './spans.ts';
import type { Key } from './ui-state.ts';

interface AppProps {
  readonly session: WatchSession;
  readonly isColored: boolean;
}

/** The screen: draws what the session has, and hands it keys. */
export function WatchApp({ session, isColored }: AppProps): ReactNode {
  const snapshot = useSyncExternalStore(session.subscribe, session.snapshot);
  const screen = useScreen();
  useInput((input, key) => {
    for (const one of keysOf(input, key)) session.press(one);
  });
  const lines = linesOf(snapshot, screen);
  return h(
    Box,
    { flexDirection: 'column', width: screen.width },
    lines.map((line, index) => h(LineView, { key: index, line, isColored })),
  );
}

const clearScreen = '\u001B[2J\u001B[H';

/** A screen that is full is erased before each frame, which flickers: one line stays empty. */
function useScreen(): Screen {
  const { stdout } = useStdout();
  const sizeOf = (): Screen => ({ width: stdout.columns || 80, height: Math.max(4, (stdout.rows || 24) - 1) });
  const [screen, setScreen] = useState(sizeOf);
  useEffect(() => {
    const onResize = (): void => {
      // A terminal that became narrower has broken the lines of the last frame.
      stdout.write(clearScreen);
      setScreen(sizeOf());
    };
    stdout.on('resize', onResize);
    return () => void stdout.off('resize', onResize);
  });
  return screen;
}

function linesOf({ ui, model, trouble, details, nowMs }: Snapshot, screen: Screen): readonly Line[] {
  if (ui.mode === 'help') return pageFrame(helpText, ui, screen);
  if (model === null)
    return [
      [span(trouble === null ? 'Vigie: reading ...' : `Vigie: ${trouble.text}`, trouble === null ? 'dim' : 'bad')],
      [span('q: quit', 'dim')],
    ];
  if (ui.mode === 'details') return pageFrame(details, ui, screen);
  return frame({ model, ui, trouble, nowMs, screen });
}

interface Style {
  readonly color?: string;
  readonly bold?: boolean;
  readonly dimColor?: boolean;
  readonly inverse?: boolean;
}

const styles: Readonly<Record<Tone, Style>> = {
  plain: {},
  dim: { dimColor: true },
  bold: { bold: true },
  good: { color: 'green' },
  mild: { color: 'blue' },
  warn: { color: 'yellow' },
  bad: { color: 'red' },
  note: { color: 'cyan' },
  chosen: { inverse: true },
};

function LineView({ line, isColored }: { readonly line: Line; readonly isColored: boolean }): ReactNode {
  // An empty text has no height.
  if (lineText(line) === '') return h(Text, null, ' ');
  if (!isColored) return h(Text, { wrap: 'truncate' }, lineText(line));
  const parts = line.map(({ text, tone }, index) => h(Text, { key: index, ...styles[tone] }, text));
  return h(Text, { wrap: 'truncate' }, parts);
}

/** A burst of keys may come as one text. */
export function keysOf(input: string, key: Partial<InkKey>): readonly Key[] {
  if (key.ctrl === true) return input === 'c' ? [{ kind: 'interrupt' }] : [];
  if (key.upArrow) return [{ kind: 'up' }];
  if (key.downArrow) return [{ kind: 'down' }];
  if (key.pageUp) return [{ kind: 'pageup' }];
  if (key.pageDown) return [{ kind: 'pagedown' }];
  if (key.return) return [{ kind: 'enter' }];
  if (key.escape) return [{ kind: 'escape' }];
  if (key.backspace || key.delete) return [{ kind: 'backspace' }];
  if (key.meta === true) return [];
  return Array.from(input).flatMap((text): Key[] => {
    if (text === '\r' || text === '\n') return [{ kind: 'enter' }];
    if (text === '\u007F' || text === '\b') return [{ kind: 'backspace' }];
    return /\p{Cc}/u.test(text) ? [] : [{ kind: 'text', text }];
  });
}
