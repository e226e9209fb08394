import { type WeatherSeverity, weatherSeverity } from '../../../prediction/index.ts';
import type { ParcelSnapshot } from '../../../tracking/index.ts';
import { journeyOf } from './journey.ts';
import type { KnownBefore } from './rows.ts';

/**
 * Adds the weather to the earlier data of parcels that are being handed over now. A model learns
 * from what was known at the hand-over, so the weather is queried once. It is not queried for test
 * parcels, from which nothing is learned.
 *
 * @param port absent: there is no source of weather.
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
