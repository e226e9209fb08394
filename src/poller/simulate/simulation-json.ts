import type { Delays, Figures } from './figures.ts';
import type { Simulation } from './simulate.ts';

/** Returns the output of `--json`: minutes and calls, rounded to a thousandth. */
export function simulationJson({ policies }: Simulation): object {
  return {
    policies: Object.fromEntries(
      Object.entries(policies).map(([name, figures]) => [name, figuresJson(figures)]),
    ),
  };
}

function figuresJson({ callsPerParcel, wastedPerParcel, delayMinutes }: Figures): object {
  return {
    calls_per_parcel: rounded(callsPerParcel),
    calls_wasted_per_parcel: rounded(wastedPerParcel),
    delay_minutes: Object.fromEntries(
      Object.entries(delayMinutes).map(([kind, delays]) => [kind, delaysJson(delays)]),
    ),
  };
}

function delaysJson({ mean, median, p95, count }: Delays): object {
  return { mean: rounded(mean), median: rounded(median), p95: rounded(p95), count };
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1_000) / 1_000;
}
