import { cpus, loadavg } from 'node:os';
import { isShort, report, say } from '../figures/report.ts';
import { hire, startBenchHub } from './bench-hub.ts';
import { matchWithoutRedis } from './matching.ts';
import { naive } from './naive.ts';
import { option, percentiles, word } from './numbers.ts';
import { offers } from './offers.ts';
import { timePlans } from './plan.ts';
import { race } from './races.ts';
import { timeRebuilds } from './rebuild.ts';

/**
 * Measures four things: how long a plan for all open deliveries takes with 600 new ones a second
 * and 20,000 couriers, compared with querying PostgreSQL for the nearest free courier of each; how
 * long 60 deliveries a second wait for a courier if 2,000 people get offers; whether a delivery
 * that several couriers accept at once ever has two; and how long a pass of the matcher takes
 * without Redis, with all its reads and writes, and reading all couriers before the first pass.
 *
 * `--only plan|offers|races|matching`, several with commas; `--races N` and `--seed N`; `--resume
 * FILE` stores the progress of the races and continues there. A resumed run does not have the other
 * figures.
 */
const PLAN = { couriers: isShort() ? 4_000 : 20_000, turns: isShort() ? 20 : 400, each: 30 };
/** A second's worth of deliveries at once, as after a pause. */
const HEAP = { couriers: PLAN.couriers, turns: isShort() ? 3 : 12, each: isShort() ? 120 : 600 };
const NAIVE_OFFERS = isShort() ? 20 : 200;
const COURIERS = option('couriers', isShort() ? 200 : 2_000);
const RATE = {
  perS: option('rate', isShort() ? 6 : 60),
  durationS: option('seconds', isShort() ? 5 : 60),
};
const RACES = { races: option('races', isShort() ? 20 : 2_000), seed: option('seed', 5) };
const WITHOUT_REDIS = isShort()
  ? { couriers: 500, deliveries: 60, calmS: 2 }
  : { couriers: 20_000, deliveries: 3_000, calmS: 30 };

const REBUILDS = isShort() ? 5 : 100;

const only = word('only')?.split(',') ?? ['plan', 'offers', 'races', 'matching'];
const load = loadavg().map((each) => Math.round(each * 10) / 10);

const turnsOf = (wanted: { readonly turns: number }) => (only.includes('plan') ? wanted.turns : 1);
const plan = percentiles(timePlans({ ...PLAN, turns: turnsOf(PLAN) }));
say(`a plan for ${PLAN.each} deliveries over ${PLAN.couriers} couriers: p99 ${plan.p99Ms} ms`);
const heap = percentiles(timePlans({ ...HEAP, turns: turnsOf(HEAP) }));
say(`for ${HEAP.each} at once: p50 ${heap.p50Ms}, at most ${heap.maxMs} ms`);

// Races alone only need answers: log consumers and the matcher use most of the machine.
const bench = await startBenchHub(only.some((each) => each !== 'races' && each !== 'plan'));
try {
  const terms = { couriers: PLAN.couriers, offers: NAIVE_OFFERS, each: PLAN.each };
  const naiveMs = await naive(bench.client, terms);
  say(`the nearest of ${PLAN.couriers} couriers by a query for each: ${naiveMs} ms for as many`);
  const couriers = await hire(bench, COURIERS);
  say(`${couriers.length} couriers`);
  const offered = only.includes('offers') ? await offers(bench, RATE) : null;
  if (offered !== null) {
    say(
      `${offered.assigned} of ${offered.wanted} assigned, p50 ${offered.p50Ms}, p99 ${offered.p99Ms} ms`,
    );
  }
  const raced = !only.includes('races')
    ? null
    : await race(bench, couriers, {
        ...RACES,
        file: word('resume'),
        onProgress: (done) => say(`${done.raced} races, ${done.twoWinners} with two winners`),
      });
  if (raced !== null) {
    say(`${raced.raced} races, ${raced.twoWinners} with two winners, ${raced.none} with none`);
  }
  const without = only.includes('matching')
    ? await matchWithoutRedis(bench, { ...WITHOUT_REDIS, hired: COURIERS })
    : null;
  if (without !== null) {
    const { calm, pass_p99_ms_at_most: crowded } = without;
    say(`a look without Redis: p99 at most ${calm.pass_p99_ms_at_most} ms, crowded ${crowded} ms`);
  }
  const rebuilt = only.includes('matching') ? await timeRebuilds(bench, REBUILDS) : null;
  if (rebuilt !== null) {
    say(`${rebuilt.couriers} couriers read from PostgreSQL: p99 ${rebuilt.p99_ms} ms`);
  }
  report({
    bench: 'dispatch',
    value: plan.p99Ms,
    unit: 'ms for a plan, p99',
    baseline: naiveMs,
    p50_ms: offered?.p50Ms ?? 0,
    p99_ms: offered?.p99Ms ?? 0,
    conditions: {
      baseline_is: `${PLAN.each} queries for the nearest free of ${PLAN.couriers} couriers, one after the other`,
      ms_are: 'created until assigned, where couriers are asked',
      plan: { ...PLAN, turns: turnsOf(PLAN), p50_ms: plan.p50Ms, max_ms: plan.maxMs, per_s: 600 },
      at_once: { ...HEAP, turns: turnsOf(HEAP), p50_ms: heap.p50Ms, max_ms: heap.maxMs },
      offers: offered && { couriers: COURIERS, ...RATE, ...offered },
      races: raced && { ...raced, seed: RACES.seed },
      without_redis: without && { ...without, rebuilt },
      cores: cpus().length,
      load_before: load,
      fsync: true,
      load_generator: 'same machine',
    },
  });
} finally {
  await bench.stop();
}
