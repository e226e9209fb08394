import { Tally } from '../lanes/fair-weight.ts';
import { plainLane } from '../lanes/groups.ts';
import type { Parcel } from '../sample/parcel.ts';

/**
 * Thins out a flooded lane to two thirds of all other lanes: trees, calibration and shift weight
 * learn from all parcels alike, and would memorize that lane. Parcel ids decide which are left
 * out, so that the same parcels always give the same result.
 */
export function thinFloods(parcels: readonly Parcel[]): readonly Parcel[] {
  const lanes = new Tally();
  for (const parcel of parcels) lanes.add(plainLane(parcel));
  return parcels.filter((parcel) => {
    const weight = lanes.weight(plainLane(parcel));
    return weight === 1 || lotOf(parcel.id) < weight;
  });
}

/**
 * A number from 0 to 1, uniformly distributed for any ids: FNV-1a, with a final mixing of its bits.
 */
function lotOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let nr = 0; nr < id.length; nr += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(nr), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
