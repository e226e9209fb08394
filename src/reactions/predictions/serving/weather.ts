import { type WeatherSeverity, weatherSeverity } from '../../../prediction/index.ts';
import type { ParcelSnapshot } from '../../../tracking/index.ts';
import { journeyOf } from './journey.ts';
import type { KnownBefore } from './rows.ts';

/**
 * What was known of parcels before, with the weather of those that are handed over now: a model
 * learns from what was known then, so it is asked for once. Test parcels teach nothing, and ask not.
 *
 * @param port absent: nobody knows of weather.
 */
export async function withWeather(
  port: WeatherSeverity | undefined,
  parcels: readonly ParcelSnapshot[],
  before: ReadonlyMap<string, KnownBefore>,
  nowMs: number,
): Promise<ReadonlyMap<string, KnownBefore>> {
  if (port === undefined) return before;
  const severities = parcels.map(async (snapshot) => {
    const { id, mode } = snapshot.shipment;
    const known = before.get(id);
    if (known === undefined || mode !== 'live' || known.stops !== null) return [];
    const parcel = journeyOf(snapshot, nowMs, known)?.parcel ?? null;
    if (parcel === null || parcel.deliveredAt !== null) return [];
    const weather = await weatherSeverity(port, parcel.destination, parcel.handedOverAt);
    return [[id, { ...known, weather }] as const];
  });
  return new Map([...before, ...(await Promise.all(severities)).flat()]);
}
