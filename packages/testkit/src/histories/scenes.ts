import type { Draw } from './draw.ts';
import { dayEdgesAround, dayMs, hourMs, minuteMs } from './local-days.ts';

/** Where and when a history plays: a zone and a moment at which its clocks do something worth a test. */
interface Scene {
  readonly zone: string;
  readonly around: string;
}

const scenes: readonly Scene[] = [
  { zone: 'UTC', around: '2024-02-29T00:00:00Z' },
  { zone: 'Europe/Paris', around: '2025-03-30T01:00:00Z' },
  { zone: 'Europe/Paris', around: '2025-10-26T01:00:00Z' },
  { zone: 'Europe/Paris', around: '2024-12-31T23:00:00Z' },
  { zone: 'America/New_York', around: '2025-03-09T07:00:00Z' },
  { zone: 'America/New_York', around: '2024-11-03T06:00:00Z' },
  { zone: 'Asia/Kolkata', around: '2025-06-30T18:30:00Z' },
  { zone: 'Asia/Kathmandu', around: '2025-01-31T18:15:00Z' },
  { zone: 'Pacific/Chatham', around: '2025-04-05T14:00:00Z' },
  // Half an hour back and forth.
  { zone: 'Australia/Lord_Howe', around: '2025-04-05T15:00:00Z' },
  { zone: 'Australia/Lord_Howe', around: '2024-10-05T15:30:00Z' },
  // One minute after midnight: a date is shown twice.
  { zone: 'America/St_Johns', around: '2010-11-07T02:31:00Z' },
  // Midnight itself: a day that starts at one o'clock, and a date shown twice.
  { zone: 'America/Sao_Paulo', around: '2018-11-04T03:00:00Z' },
  { zone: 'America/Sao_Paulo', around: '2018-02-18T02:00:00Z' },
  { zone: 'America/Havana', around: '2024-11-03T05:00:00Z' },
  // Two hours at once.
  { zone: 'Antarctica/Troll', around: '2025-03-30T01:00:00Z' },
  // 2011-12-30 never was.
  { zone: 'Pacific/Apia', around: '2011-12-30T10:00:00Z' },
];

/** The instants that a history plays at; few, so that events and window edges meet. */
export interface Stage {
  readonly zone: string;
  readonly centreMs: number;
  readonly spanMs: number;
  readonly dayEdges: readonly number[];
  readonly marks: readonly number[];
}

export function setStage(draw: Draw, options: { zone?: string; appendAtMs?: number; lapseMs: number }): Stage {
  const scene = drawScene(draw, options);
  const spanMs = draw.pick([3 * hourMs, 2 * dayMs, 12 * dayMs, 70 * dayMs]);
  const centreMs = scene.centreMs - (scene.recent ? spanMs : 0);
  const dayEdges = dayEdgesAround(centreMs, scene.zone);
  const marks = [centreMs, draw.pick(dayEdges), draw.pick(dayEdges)];
  for (let count = draw.int(4, 8); count > 0; count -= 1) {
    const instant = centreMs + draw.int(-spanMs, spanMs);
    const onMinute = Math.floor(instant / minuteMs) * minuteMs;
    marks.push(draw.chance(0.6) ? onMinute : instant, draw.chance(0.3) ? onMinute + options.lapseMs : onMinute);
  }
  return { zone: scene.zone, centreMs, spanMs, dayEdges, marks };
}

function drawScene(draw: Draw, options: { zone?: string; appendAtMs?: number }): { zone: string; centreMs: number; recent: boolean } {
  const { zone, appendAtMs = Infinity } = options;
  const possible = scenes.filter(
    (scene) => (zone === undefined || scene.zone === zone) && Date.parse(scene.around) < appendAtMs - 100 * dayMs,
  );
  const scene = possible.length === 0 ? { zone: zone ?? 'UTC', around: '2025-01-01T00:00:00Z' } : draw.pick(possible);
  // Only what happened within two days is in the minute panes of a live pipeline.
  if (appendAtMs !== Infinity && draw.chance(0.5))
    return { zone: scene.zone, centreMs: Math.floor(appendAtMs / minuteMs) * minuteMs, recent: true };
  return { zone: scene.zone, centreMs: Date.parse(scene.around), recent: false };
}

/** An instant of the stage: mostly a mark, or one millisecond or one lapse beside it. */
export function instantOn(draw: Draw, stage: Stage, lapseMs: number): number {
  const mark = draw.pick(stage.marks);
  const way = draw.int(1, 20);
  if (way <= 9) return mark;
  if (way <= 11) return mark + draw.pick([-1, 1]);
  if (way <= 13) return mark + draw.pick([-2, -1, 1, 2]) * lapseMs + draw.pick([-1, 0, 0, 1]);
  if (way === 14) return draw.pick(stage.dayEdges) + draw.pick([-1, 0]);
  return stage.centreMs + draw.int(-stage.spanMs, stage.spanMs);
}

/** One instant in one of the spellings that RFC 3339 allows. */
export function spell(draw: Draw, instantMs: number): string {
  const plain = new Date(instantMs).toISOString();
  if (draw.chance(0.7)) return plain;
  if (instantMs % 1000 === 0 && draw.chance(0.4)) return plain.replace('.000Z', 'Z');
  const offset = draw.pick([
    { text: '+02:00', minutes: 120 },
    { text: '-05:00', minutes: -300 },
    { text: '+05:45', minutes: 345 },
  ]);
  return new Date(instantMs + offset.minutes * minuteMs).toISOString().replace('Z', offset.text);
}
