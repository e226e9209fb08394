import { eastOf, MINUTE_MS, northOf } from '../ride/ride.ts';
import { PLAIN_COLUMNS, writePlainColumns } from '../ride/ride-columns.ts';
import { effectsOf } from '../ride/ride-effects.ts';
import type { RideModel } from '../ride/ride-model.ts';
import { type RoadFix, SOON_MIN } from './under-way.ts';

/** The features of a drive under way, from where the courier is. */
export const UNDER_WAY_COLUMNS: readonly string[] = [
  ...PLAIN_COLUMNS,
  'u',
  'v',
  'to_u',
  'to_v',
  'elapsed',
  'km_from_start',
  'usual_left',
  'usual_done',
  'usual_all',
  'pace',
  'last_minutes',
  'last_kmh',
  'nearer_1',
  'nearer_3',
  'turn',
  'courier_effect',
  'to_effect',
];

/** The parts of a drive that do not change on the way. */
interface Frame {
  readonly model: RideModel;
  readonly ride: Parameters<typeof effectsOf>[2] & {
    readonly atMs: number;
    readonly wallMs: number;
  };
}

/**
 * The trees' courier-independent times: from here to the end, from the beginning to here, and in
 * total.
 */
interface Usual {
  readonly leftLog: number;
  readonly doneLog: number;
  readonly allLog: number;
}

/** How many fixes the reference fix is before the last one: a minute or a few. */
const BACK = 3;

const TURN = Math.PI / 4;

/** Writes all columns of the moment of `fixes[now]`. */
export function writeUnderWayColumns(
  row: Float64Array,
  { model, ride }: Frame,
  fixes: readonly RoadFix[],
  now: number,
  usual: Usual,
): void {
  const fix = fixes[now] as RoadFix;
  const { area, effects } = model;
  const sinceMs = fix.atMs - ride.atMs;
  writePlainColumns(row, area, fix, ride.to, ride.wallMs + sinceMs);
  const [east = 0, north = 0, toEast = 0, toNorth = 0, km = 0] = row;
  const place = (from: RoadFix) => [eastOf(area, from), northOf(area, from)] as const;
  const leftAt = (from: RoadFix) => {
    const [x, y] = place(from);
    return Math.hypot(toEast - x, toNorth - y);
  };
  const elapsed = sinceMs / MINUTE_MS;
  const [startEast, startNorth] = [eastOf(area, ride.from), northOf(area, ride.from)];
  const before = now > 0 ? fixes[now - 1] : undefined;
  const back = now > 0 ? fixes[Math.max(0, now - BACK)] : undefined;
  const cos = Math.cos(TURN);
  const sin = Math.sin(TURN);
  const [lastEast, lastNorth] = before === undefined ? [Number.NaN, Number.NaN] : place(before);
  const lastMin = before === undefined ? Number.NaN : (fix.atMs - before.atMs) / MINUTE_MS;
  const lastKm = Math.hypot(east - lastEast, north - lastNorth);
  const heading = Math.atan2(north - lastNorth, east - lastEast);
  const [courier, , corner] = effectsOf(effects, area, ride, null);
  row.set(
    [
      east * cos + north * sin,
      north * cos - east * sin,
      toEast * cos + toNorth * sin,
      toNorth * cos - toEast * sin,
      elapsed,
      Math.hypot(east - startEast, north - startNorth),
      usual.leftLog,
      usual.doneLog,
      usual.allLog,
      Math.log((elapsed + SOON_MIN) / (Math.exp(usual.doneLog) + SOON_MIN)),
      lastMin,
      (lastKm / lastMin) * 60,
      before === undefined ? Number.NaN : (leftAt(before) - km) / lastMin,
      back === undefined ? Number.NaN : (leftAt(back) - km) / ((fix.atMs - back.atMs) / MINUTE_MS),
      // The heading relative to the destination; zero when standing.
      lastKm > 0 ? Math.cos(heading - (row[7] as number)) : Number.NaN,
      courier,
      corner,
    ],
    PLAIN_COLUMNS.length,
  );
}
