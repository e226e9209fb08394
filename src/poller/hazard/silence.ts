import type { Silence } from './exposure.ts';

/** With this many completed waits, a cell's own figure counts as much as the coarser cell's. */
const OWN_SILENCES = 50;
const QUANTILE = 0.99;

/**
 * Returns the hours after which 99 of 100 parcels have had an update: the Kaplan–Meier quantile, in
 * which an ongoing wait counts for as long as it was observed. With few observations, the coarser
 * cell's hours count too, on a log scale.
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
