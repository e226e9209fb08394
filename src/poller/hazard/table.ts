import { z } from 'zod';
import { STATUSES } from '../../kernel/status.ts';
import { AGE_BINS, CLOCK_BINS, EDD_BINS, WEEKDAY_BINS } from './bins.ts';
import type { Silence } from './exposure.ts';

/**
 * What was learned about when updates come: a small JSON document that a person can read. In a cell
 * (carrier | service | status), for each kind of update that may come next:
 *
 *   hazard per hour = per_hour × age × clock × weekday × edd
 *
 * The four lists are factors of about 1, one for each bin (`bins.ts`). Services and carriers with
 * too little history have no cell of their own and use the coarser one, `*` for any.
 */
const factors = (bins: number) => z.array(z.number().positive()).length(bins);

const updateHazard = z.object({
  /** The number of facts it was learned from, recent ones counting more; 0 in the prior. */
  facts: z.number().nonnegative(),
  per_hour: z.number().positive(),
  age: factors(AGE_BINS),
  clock: factors(CLOCK_BINS),
  weekday: factors(WEEKDAY_BINS),
  edd: factors(EDD_BINS),
});

const hazardCell = z.object({
  /** The hours after which 99 in 100 parcels in this status have had an update. */
  silence_p99_h: z.number().positive(),
  next: z.partialRecord(z.enum(STATUSES), updateHazard),
});

const driftNote = z.object({
  carrier: z.string(),
  status: z.enum(STATUSES),
  update: z.enum(STATUSES),
  /** Updates come this much later in the day than the previous table said. */
  later_h: z.number(),
  /** The wait since the last fact is this many times as long. */
  stretch: z.number().positive(),
  /** How much better that explains the recent facts, in units of log-likelihood. */
  gain: z.number(),
  /** Roughly since when; earlier history is read as if it had followed the new habits. */
  since: z.iso.datetime().default('1970-01-01T00:00:00.000Z'),
});

export const hazardTableSchema = z.object({
  format: z.literal(1),
  /** `prior`, or the instant of learning. */
  version: z.string(),
  learned: z.object({ parcels: z.number(), facts: z.number() }),
  /** The habits that had changed against the previous table. */
  drift: z.array(driftNote),
  /** The changes found by earlier tables, as long as facts from before them still count. */
  past_drift: z.array(driftNote).default([]),
  cells: z.record(z.string(), hazardCell),
});

export type DriftNote = z.infer<typeof driftNote>;
export type UpdateHazard = z.infer<typeof updateHazard>;
export type HazardCell = z.infer<typeof hazardCell>;
export type HazardTable = z.infer<typeof hazardTableSchema>;

/** Stands for any carrier or any service in a cell's key. */
export const ANY = '*';

/** Returns the key of a cell. Names are percent-encoded where they contain the separator. */
export function cellKey(carrier: string, service: string, status: string): string {
  return [carrier, service, status]
    .map((part) => part.replace(/[%|]/g, encodeURIComponent))
    .join('|');
}

/** With this many completed waits, a cell's own figure counts as much as the coarser cell's. */
const OWN_SILENCES = 50;
const QUANTILE = 0.99;

/**
 * Returns the hours after which 99 of 100 parcels have had an update: the Kaplan–Meier quantile, in
 * which an ongoing wait counts for as long as it was observed. With few observations, the result is
 * blended with the coarser cell's, on a log scale.
 */
export function silenceP99H(silences: readonly Silence[], coarserH: number): number {
  const ordered = [...silences].sort((one, other) => one.hours - other.hours);
  let atRisk = 0;
  let ended = 0;
  for (const { weight, ended: didEnd } of ordered) {
    atRisk += weight;
    if (didEnd) ended += weight;
  }
  if (ended === 0) return coarserH;
  let silent = 1;
  let hours = ordered.at(-1)?.hours ?? coarserH;
  for (const silence of ordered) {
    if (silence.ended) silent *= 1 - silence.weight / atRisk;
    atRisk = Math.max(silence.weight, atRisk - silence.weight);
    if (silent > 1 - QUANTILE + 1e-9) continue;
    hours = silence.hours;
    break;
  }
  const own = ended / (ended + OWN_SILENCES);
  return Math.exp(own * Math.log(Math.max(1, hours)) + (1 - own) * Math.log(coarserH));
}
