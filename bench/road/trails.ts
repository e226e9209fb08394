import { loadavg } from 'node:os';
import {
  planeTrail,
  simplify,
  synchronizedErrorsM,
  type Trail,
} from '../../src/fleet/positions/index.ts';
import { topDown } from '../baselines/td-tr.ts';
import { isShort, median, report, say } from '../figures/report.ts';
import { courierDay, DAY_FIXES, type DayFix } from './courier-day.ts';

/**
 * Measures simplifying a day's trails of synthetic couriers (`courier-day.ts`), compared with the
 * usual top-down method, which leaves more points. They take turns.
 */
const COURIERS = isShort() ? 5 : 100;
const TURNS = isShort() ? 2 : 5;
const FIXES = DAY_FIXES;
const ERROR_MAX_M = 10;

const loadBefore = loadavg().map((load) => Math.round(load * 100) / 100);
const days = Array.from({ length: COURIERS }, (_, index) => trailOf(courierDay(index + 1)));
const fixes = COURIERS * FIXES;
say(`${COURIERS} couriers, ${FIXES} fixes each, ${TURNS} turns`);

const ours = Array.from({ length: TURNS }, () => run(simplify));
const others = Array.from({ length: TURNS }, () => run(topDown));
const eachMs = days
  .map((day) => durationMs(() => simplify(day, ERROR_MAX_M)))
  .sort((a, b) => a - b);
const at = (share: number) => Math.round((eachMs[Math.floor(COURIERS * share)] ?? 0) * 10) / 10;
const perSecond = (turns: readonly Run[]) =>
  Math.round(median(turns.map(({ ms }) => (fixes / ms) * 1_000)));

report({
  bench: 'trails',
  value: perSecond(ours),
  unit: 'positions/s',
  baseline: perSecond(others),
  p50_ms: at(0.5),
  p99_ms: at(0.99),
  conditions: {
    couriers: COURIERS,
    positions: fixes,
    kept_share: share(ours),
    baseline_share: share(others),
    sed_max_m: Math.max(
      ...days.map((day) =>
        synchronizedErrorsM(day, simplify(day, ERROR_MAX_M)).reduce((a, b) => Math.max(a, b), 0),
      ),
    ),
    day_of_2000_couriers_s: Math.round((2_000 * FIXES) / perSecond(ours)),
    load_before: loadBefore,
  },
});

interface Run {
  readonly ms: number;
  readonly left: number;
}

function run(method: (trail: Trail, errorMaxM: number) => ArrayLike<number>): Run {
  let left = 0;
  const ms = durationMs(() => {
    for (const day of days) left += method(day, ERROR_MAX_M).length;
  });
  return { ms, left };
}

function share(turns: readonly Run[]): number {
  return Math.round(((turns[0]?.left ?? 0) / fixes) * 100_000) / 100_000;
}

function durationMs(work: () => void): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}

function trailOf(fixes: readonly DayFix[]): Trail {
  return planeTrail(
    fixes.map(({ atS }) => atS),
    fixes.map(({ eastM }) => eastM),
    fixes.map(({ northM }) => northM),
  );
}
