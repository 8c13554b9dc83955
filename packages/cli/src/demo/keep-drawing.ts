import { setTimeout as pause } from 'node:timers/promises';
import type { Context } from '../context.ts';
import { kpiTable } from './kpi-table.ts';
import type { Scene } from './scene.ts';

export interface Drawing {
  /** Prints the table where it is not drawn in place. */
  show(): Promise<void>;
  stop(): Promise<void>;
}

/** Draws the table again and again where there is a terminal. */
export function keepDrawing(scene: Pick<Scene, 'screen' | 'output'>, context: Context): Drawing {
  const stopping = new AbortController();
  const loop = async (): Promise<void> => {
    while (scene.screen.live && !stopping.signal.aborted) {
      // Before the consumer's first step there is nothing to read; a restart of it is waited out too.
      const table = await kpiTable(context, scene.output).catch(() => null);
      if (table !== null && !stopping.signal.aborted) scene.screen.draw(table);
      await pause(1_000, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const drawing = loop();
  return {
    show: async () => {
      if (!scene.screen.live) scene.screen.print(await kpiTable(context, scene.output));
    },
    stop: async () => {
      stopping.abort();
      await drawing;
    },
  };
}
