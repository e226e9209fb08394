import { regionOf } from '../lanes/groups.ts';
import type { OpenParcel } from '../sample/parcel.ts';

/** Parcels that are calibrated together: one carrier's service to one region. */
export function calibrationGroup({ carrier, serviceLevel, destination }: OpenParcel): string {
  return [carrier, serviceLevel, regionOf(destination)].join('\u001f');
}
