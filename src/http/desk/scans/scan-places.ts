import type { LatLng } from '../../../kernel/places/distance.ts';
import type { PostalCodes } from '../../../kernel/places/postal-codes.ts';
import { roughCentre } from '../../../kernel/places/rough-centres.ts';
import { placeName, type ShownEvent } from '../../../tracking/index.ts';

/** How well it is known where something was: by coordinates, or as the middle of an area. */
export type Precision = 'exact' | 'building' | 'postal_code' | 'region' | 'country';

export interface Located extends LatLng {
  readonly precision: Precision;
}

/** Where a parcel was for a while, by one scan or by several after one another. */
export interface ScanPlace {
  /** Null: where it was handed over. */
  readonly name: string | null;
  /** Null: its place is not known to this hub. */
  readonly at: Located | null;
  /** Local times, `2026-03-10T12:00`; null: not told. */
  readonly firstLocal: string | null;
  readonly lastLocal: string | null;
  readonly scans: number;
}

/** Where a courier handed it over, by the phone's own coordinates. */
export interface HandoverPlace extends LatLng {
  readonly atMs: number;
}

/** What of an address or a scan tells where it is. */
export interface AreaOf {
  readonly postalCode: string | null;
  readonly region: string | null;
  readonly country: string | null;
}

/** The finest that is known of an area; null: nothing. Pure. */
export function locate(
  { postalCode, region, country }: AreaOf,
  codes: PostalCodes,
): Located | null {
  return centreOfCode({ postalCode, country }, codes) ?? roughCentre(country, region);
}

/** The middle of its postal code; null: that is not known. Pure. */
export function centreOfCode(
  { postalCode, country }: Omit<AreaOf, 'region'>,
  codes: PostalCodes,
): Located | null {
  const centre = country && postalCode ? codes.find(country, postalCode) : null;
  return centre && { ...centre, precision: 'postal_code' };
}

/** Local minutes are what people compare. */
const MINUTE_CHARS = 16;

/** Where a parcel was, the first place first; scans at one place after one another are one. Pure. */
export function scanPlaces(
  events: readonly Pick<ShownEvent, 'place' | 'facility' | 'occurredAt' | 'occurredLocal'>[],
  handedOver: readonly HandoverPlace[],
  codes: PostalCodes,
): readonly ScanPlace[] {
  const places: ScanPlace[] = [];
  for (const { place, facility, occurredLocal } of events.toReversed()) {
    const name = facility?.name ?? placeName(place);
    if (place === null || name === null) continue;
    const local = occurredLocal?.slice(0, MINUTE_CHARS) ?? null;
    const last = places.at(-1);
    if (last?.name === name) {
      places[places.length - 1] = { ...last, lastLocal: local, scans: last.scans + 1 };
      continue;
    }
    const { lat, lng } = facility ?? {};
    const known = typeof lat === 'number' && typeof lng === 'number' ? { lat, lng } : null;
    const at = known === null ? locate(place, codes) : { ...known, precision: 'building' as const };
    places.push({ name, at, firstLocal: local, lastLocal: local, scans: 1 });
  }
  for (const { lat, lng } of handedOver.toSorted((a, b) => a.atMs - b.atMs)) {
    const at = { lat, lng, precision: 'exact' as const };
    places.push({ name: null, at, firstLocal: null, lastLocal: null, scans: 1 });
  }
  return places;
}
