import type { ReportedPlace } from '../../adapters/contract/contract.ts';

/** 64 bits distinguish all versions that a hub will ever have. */
const VERSION_CHARS = 16;

/**
 * Returns a mapping version as facts store it: the beginning of its hash, by which the store of
 * versions finds it. The whole hash was a quarter of a fact's row.
 */
export function shortVersion(version: string): string {
  return version.slice(0, VERSION_CHARS);
}

/** A place as it is stored, without the members that are null. */
export type StoredPlace = Partial<ReportedPlace>;

const NOWHERE: ReportedPlace = {
  facility: null,
  city: null,
  region: null,
  postalCode: null,
  country: null,
};

/** Returns a place as it is stored. */
export function storedPlace(place: ReportedPlace): StoredPlace {
  return Object.fromEntries(Object.entries(place).filter(([, value]) => value !== null));
}

/** Returns the place that was stored; earlier versions stored its empty members too. */
export function placeOf(stored: StoredPlace): ReportedPlace {
  return { ...NOWHERE, ...stored };
}
