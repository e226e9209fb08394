import { isShort, report, say } from '../figures/report.ts';
import { modelOffers } from './model.ts';
import { option } from './numbers.ts';

/**
 * Shows how the choice of couriers in burst mode affects the wait, and how the hub's own latency
 * does. No hub runs.
 */
const RATE = {
  couriers: option('couriers', isShort() ? 200 : 2_000),
  perS: option('rate', isShort() ? 6 : 60),
  durationS: option('seconds', isShort() ? 5 : 60),
};
/** Hubs without any latency, and with the latencies of the measured machine. */
const HUBS = [
  { asksInMs: 0, takesInMs: 0 },
  { asksInMs: 300, takesInMs: 200 },
] as const;

const [calm, rush] = [false, true].map((isRush) =>
  HUBS.map((hub) => {
    const model = modelOffers(RATE, { ...hub, isRush });
    say(`${isRush ? 'three who are free' : 'by ring'}: ${JSON.stringify(model)}`);
    return model;
  }),
);
report({
  bench: 'dispatch-model',
  value: rush?.at(-1)?.p99Ms ?? 0,
  unit: 'ms from created to assigned, p99',
  baseline: calm?.at(-1)?.p99Ms ?? 0,
  p50_ms: rush?.at(-1)?.p50Ms ?? 0,
  p99_ms: rush?.at(-1)?.p99Ms ?? 0,
  conditions: {
    ...RATE,
    baseline_is: 'couriers are asked ring by ring',
    by_ring: calm,
    in_a_rush: rush,
  },
});
