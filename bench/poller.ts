import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { readConfig } from '../src/platform/settings/config.ts';
import { compileTables } from '../src/poller/hazard/compile.ts';
import { type ParcelHistory, readJsonLines, simulate } from '../src/poller/index.ts';
import type { ParcelView } from '../src/poller/policy/policy.ts';
import { valueAt } from '../src/poller/policy/value.ts';
import {
  makeParcels,
  SHIFTED_HABITS,
  toJsonLines,
} from '../test/support/parcels/parcel-histories.ts';
import { isShort, say } from './figures/report.ts';

/**
 * Measures how late the hub learns of updates, compared with a fixed timetable and a flat interval,
 * each with the same number of calls: trained on some parcels, tested on others. Then with half the
 * calls, compared with a flat interval of two hours, and with habits that changed after training.
 */
const LEARNED = isShort() ? 400 : 4_000;
const TRIED = isShort() ? 200 : 2_000;
const SHIFTED = isShort() ? 400 : 4_000;
const RELEARN_DAYS = 3;
/** By how many hours vans leave later than in training, or earlier; nothing else changes. */
const VANS_LATER_H = [-3, 3, 5] as const;
const SEED = 20_261_120;

type Simulated = ReturnType<typeof simulate>;
type Policy = 'fixed' | 'flat' | 'adaptive';
/** The default settings. */
const { pollingCeilingS, pollingFloorS } = readConfig({});
const KINDS = ['overall', 'out_for_delivery', 'delivered', 'exception'] as const;

const shared = join(
  process.env['WAYBILL_SHARED'] ?? join(dirname(fileURLToPath(import.meta.url)), '../../shared'),
  'data/poller/parcels-train.jsonl.gz',
);
const { train, tried, source } = parcels();
say(`${train.length} parcels to learn from, ${tried.length} to try, ${source}`);
const from = performance.now();

const equal = run({});
say(`equal calls: ${shown(equal)}`);
const flatBaseline = figure(equal, 'flat', 'overall', 'mean');
const ratioToFlat = rounded(figure(equal, 'adaptive', 'overall', 'mean') / flatBaseline);
say(`equal calls, against a flat interval: mean × ${ratioToFlat}`);
const half = run({ budget: 0.5, policies: ['fixed', 'adaptive'] });
say(`half the calls: ${shown(half)}`);
const flat = run({ callsOf: 'flat', policies: ['flat', 'adaptive'] });
const againstFlat = rounded(
  figure(flat, 'adaptive', 'overall', 'mean') / figure(flat, 'flat', 'overall', 'mean'),
);
say(`against flat 2 h, at its calls: overall ${againstFlat}`);
const moved = made(SHIFTED, SEED + 1, SHIFTED_HABITS);
const compared: readonly Policy[] = ['fixed', 'adaptive'];
const before = run({ histories: moved, policies: compared });
say(`habits moved, not relearned: ${shown(before)}`);
const after = run({ histories: moved, policies: compared, relearnDays: RELEARN_DAYS });
say(`relearned every ${RELEARN_DAYS} days: ${shown(after)}`);
const vansMoved = VANS_LATER_H.map((laterH) => vansLater(laterH));

const line = {
  bench: 'poller',
  value: rounded(figure(equal, 'adaptive', 'overall', 'mean')),
  unit: 'min mean delay',
  baseline: rounded(figure(equal, 'fixed', 'overall', 'mean')),
  ratio: ratios(equal, 'mean').overall,
  flat_baseline: rounded(flatBaseline),
  ratio_to_flat: ratioToFlat,
  ...rankingMs(),
  calls_per_parcel: {
    fixed: rounded(equal.policies.fixed?.callsPerParcel ?? Number.NaN),
    flat: rounded(equal.policies.flat?.callsPerParcel ?? Number.NaN),
    adaptive: rounded(equal.policies.adaptive?.callsPerParcel ?? Number.NaN),
  },
  ratios: { mean: ratios(equal, 'mean'), p95: ratios(equal, 'p95') },
  half_calls: { mean: ratios(half, 'mean') },
  against_flat_2h: { overall: againstFlat },
  habits_moved: {
    not_relearned: { mean: ratios(before, 'mean'), p95: ratios(before, 'p95') },
    relearned: { days: RELEARN_DAYS, mean: ratios(after, 'mean'), p95: ratios(after, 'p95') },
  },
  vans_moved: vansMoved,
  conditions: {
    parcels: source,
    learned_from: train.length,
    tried_on: tried.length,
    p50_and_p99: 'to value 1,000 parcels two hours after their last poll',
    seconds: Math.round((performance.now() - from) / 100) / 10,
  },
};
process.stdout.write(`${JSON.stringify(line)}\n`);

function vansLater(laterH: number) {
  const histories = made(TRIED, SEED + 2, { legs: 1, outForDeliveryLaterH: laterH });
  const still = run({ histories, policies: compared });
  const relearned = run({ histories, policies: compared, relearnDays: RELEARN_DAYS });
  say(`vans ${laterH} h later, not relearned: ${shown(still)}`);
  say(`vans ${laterH} h later, relearned every ${RELEARN_DAYS} days: ${shown(relearned)}`);
  const means = { not_relearned: ratios(still, 'mean'), relearned: ratios(relearned, 'mean') };
  return { later_h: laterH, ...means };
}

function run(changes: Partial<Parameters<typeof simulate>[0]>): Simulated {
  return simulate({
    histories: tried,
    train,
    callsOf: 'fixed',
    budget: 1,
    relearnDays: null,
    policies: ['fixed', 'flat', 'adaptive'],
    ceilingS: pollingCeilingS,
    floorS: pollingFloorS,
    ...changes,
  });
}

/** Measures the time to rank 1,000 due parcels, as a worker does before it makes its calls. */
function rankingMs() {
  const tables = compileTables(equal.table);
  const due = tried.slice(0, 1_000).map((history, index): readonly [ParcelView, number] => {
    const fact = history.facts[index % history.facts.length];
    const atMs = (fact?.atMs ?? history.createdAtMs) + (index % 48) * 600_000;
    const { trackingNumber, carrier, service, timeZone, createdAtMs, edd } = history;
    const view: ParcelView = {
      trackingNumber,
      carrier,
      service,
      timeZone,
      createdAtMs,
      edd,
      status: fact?.status === 'delivered' ? 'out_for_delivery' : (fact?.status ?? 'created'),
      lastFactAtMs: fact?.atMs ?? null,
      lastUpdateAtMs: atMs,
      lastPolledAtMs: atMs,
      push: 'none',
      known: true,
      missesInARow: 0,
    };
    return [view, atMs + 2 * 3_600_000];
  });
  const rounds = Array.from({ length: isShort() ? 120 : 600 }, () => {
    const startMs = performance.now();
    for (const [view, atMs] of due) valueAt(view, atMs, tables);
    return performance.now() - startMs;
  });
  // The first rounds are JIT warm-up.
  const tookMs = rounds.slice(20).sort((one, other) => one - other);
  const at = (share: number) => rounded(tookMs[Math.ceil(share * tookMs.length) - 1] ?? Number.NaN);
  return { p50_ms: at(0.5), p99_ms: at(0.99) };
}

/**
 * Returns parcels from the data beside the repository if available, otherwise generated by the same
 * model.
 */
function parcels() {
  if (!existsSync(shared)) {
    const all = made(LEARNED + TRIED, SEED);
    return { train: all.slice(0, LEARNED), tried: all.slice(LEARNED), source: 'made here' };
  }
  const all = read(gunzipSync(readFileSync(shared)).toString('utf8'), shared);
  return {
    train: all.slice(0, LEARNED),
    tried: all.slice(LEARNED, LEARNED + TRIED),
    source: 'parcels-train.jsonl.gz',
  };
}

function made(...args: Parameters<typeof makeParcels>): readonly ParcelHistory[] {
  return read(toJsonLines(makeParcels(...args)), 'made');
}

function read(text: string, file: string): readonly ParcelHistory[] {
  const lines = readJsonLines(text, file);
  if (!lines.ok) throw new Error(lines.message);
  return lines.histories;
}

function figure(
  { policies }: Simulated,
  policy: Policy,
  kind: (typeof KINDS)[number],
  of: 'mean' | 'p95',
): number {
  return policies[policy]?.delayMinutes[kind][of] ?? Number.NaN;
}

/** The delays of adaptive polling divided by those of fixed polling. */
function ratios(simulated: Simulated, of: 'mean' | 'p95') {
  const [overall, outForDelivery, delivered, exception] = KINDS.map((kind) =>
    rounded(figure(simulated, 'adaptive', kind, of) / figure(simulated, 'fixed', kind, of)),
  );
  return { overall, out_for_delivery: outForDelivery, delivered, exception };
}

function shown(simulated: Simulated): string {
  const { fixed, adaptive } = simulated.policies;
  const calls = `${adaptive?.callsPerParcel.toFixed(1)} of ${fixed?.callsPerParcel.toFixed(1)} calls`;
  return `${calls}, mean × ${JSON.stringify(ratios(simulated, 'mean'))}, p95 × ${JSON.stringify(ratios(simulated, 'p95'))}`;
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
