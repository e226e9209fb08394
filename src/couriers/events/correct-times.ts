import { correctionMs } from '../../intake/index.ts';

/**
 * What is taken off the times of a device's events, in milliseconds. Its clock is as far ahead as it
 * said; and where it said nothing, or its clock was set in between, at least as far as its latest
 * event is ahead of ours: what happened has happened, so nothing of a queue is in the future.
 *
 * @param offsetMs from `Waybill-Sent-At`; null: it did not say.
 */
export function queueCorrectionMs(
  offsetMs: number | null,
  atsMs: readonly number[],
  nowMs: number,
): number {
  const said = correctionMs(offsetMs ?? 0);
  const latestMs = atsMs.reduce((latest, atMs) => Math.max(latest, atMs), Number.NEGATIVE_INFINITY);
  return latestMs - said > nowMs ? latestMs - nowMs : said;
}
