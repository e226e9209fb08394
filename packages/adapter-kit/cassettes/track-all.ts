import type { CarrierAdapter, CarrierSession, TrackOutcome } from 'waybill/adapter';

/** Asks for all numbers in the carrier's batches: recording and replaying ask alike. */
export async function trackAll(
  { track, manifest }: CarrierAdapter,
  numbers: readonly string[],
  session: CarrierSession,
): Promise<readonly TrackOutcome[]> {
  const outcomes: TrackOutcome[] = [];
  const { batchMax } = manifest.limits;
  for (let at = 0; at < numbers.length; at += batchMax) {
    outcomes.push(...((await track?.(numbers.slice(at, at + batchMax), session)) ?? []));
  }
  return outcomes;
}
