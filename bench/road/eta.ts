import { loadavg } from 'node:os';
import { gzipSync } from 'node:zlib';
import {
  type DrivenRide,
  RoadModel,
  roadModelFromJson,
  roadModelToJson,
} from '../../src/prediction/index.ts';
import { cityOf } from '../../src/prediction/road/test-city.ts';
import { isShort, median, report, say } from '../figures/report.ts';

/**
 * Measures learning how long drives take, from a synthetic town: the cost of training, of one
 * prediction at departure and one under way, and of many at once. The baseline queries the same
 * model one by one.
 */
const DAYS = isShort() ? 6 : 30;
const RIDES_A_DAY = isShort() ? 200 : 8_000;
const TRACED_SHARE = 6;
const QUERIES = isShort() ? 500 : 20_000;
const SINGLES = isShort() ? 200 : 5_000;
const TURNS = isShort() ? 2 : 7;

const loadBefore = loadavg().map(rounded);
const { rides, fixes } = cityOf(DAYS, RIDES_A_DAY);
const past: DrivenRide[] = rides.map((ride) => ({ ...ride, endMs: ride.endMs ?? ride.atMs }));
const traced = rides
  .filter((_, index) => index % TRACED_SHARE === 0)
  .map((ride) => ({ ride, endMs: ride.endMs ?? 0, fixes: fixes.get(ride.id) ?? [] }));
const points = cityOf(1, QUERIES, 2);
const training = { seed: 1, pause: () => undefined };

say(`learning from ${past.length} drives, ${traced.length} of them with positions`);
const cpuBefore = process.cpuUsage();
const began = performance.now();
const learning = new RoadModel();
learning.learn(past, training);
learning.learnUnderWay(traced, training);
const learnS = (performance.now() - began) / 1_000;
const learnCpuS = process.cpuUsage(cpuBefore).user / 1e6;
say(`learned in ${rounded(learnS)} s, ${rounded(learnCpuS)} s of a core`);

const text = JSON.stringify(roadModelToJson(learning));
const model = roadModelFromJson(JSON.parse(text));
const cpuOfMany: number[] = [];
const many = Array.from({ length: TURNS }, () => {
  const cpu = process.cpuUsage();
  const perS = perSecond(QUERIES, () => void model.departAll(points.rides));
  cpuOfMany.push(process.cpuUsage(cpu).user / 1e6);
  return perS;
});
const oneByOne = Array.from({ length: TURNS }, () =>
  perSecond(SINGLES, () => {
    for (let index = 0; index < SINGLES; index += 1) ask(index);
  }),
);
const departures = Array.from({ length: SINGLES }, (_, index) => durationMs(() => ask(index)));
const underWay = Array.from({ length: SINGLES }, (_, index) => {
  const ride = points.rides[index % QUERIES] as (typeof points.rides)[number];
  const trail = fixesUpTo(ride.id, index);
  return durationMs(() => void model.predictRest({ ride, fixes: trail }));
});
const all = [...departures, ...underWay].sort((a, b) => a - b);

report({
  bench: 'eta',
  value: Math.round(median(many)),
  unit: 'predictions/s',
  baseline: Math.round(median(oneByOne)),
  p50_ms: rounded(all[Math.floor(all.length * 0.5)] ?? 0),
  p99_ms: rounded(all[Math.floor(all.length * 0.99)] ?? 0),
  conditions: {
    drives: past.length,
    drives_with_positions: traced.length,
    learn_s: rounded(learnS),
    learn_cpu_s: rounded(learnCpuS),
    // By CPU time, which hardly depends on other load.
    per_core_s: Math.round(QUERIES / median(cpuOfMany)),
    model_bytes_gzipped: gzipSync(text).length,
    turns: TURNS,
    load_before: loadBefore,
  },
});

function ask(index: number): void {
  model.depart(points.rides[index % QUERIES] as (typeof points.rides)[number]);
}

function fixesUpTo(id: string, index: number) {
  const trail = points.fixes.get(id) ?? [];
  return trail.slice(0, 1 + (index % Math.max(1, trail.length - 1)));
}

function perSecond(count: number, work: () => void): number {
  return (count / durationMs(work)) * 1_000;
}

function durationMs(work: () => void): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
