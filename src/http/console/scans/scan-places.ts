import type { LatLng } from '../../../kernel/places/distance.ts';
import { type PostalCodes, roughCentre } from '../../../kernel/places/postal-codes.ts';
import { placeName, type ShownEvent } from '../../../tracking/ports/shipments.ts';

/** Precision of a location: by coordinates, or the centre of an area. */
export type Precision = 'exact' | 'building' | 'postal_code' | 'region' | 'country';

interface Located extends LatLng {
  readonly precision: Precision;
}

/** A place where a parcel was for a while, from one or several consecutive scans. */
export interface ScanPlace {
  /** Null: the place of the handover. */
  readonly name: string | null;
  /** Null: this hub does not know its coordinates. */
  readonly at: Located | null;
  /** Local times, `2026-03-10T12:00`; null: not known. */
  readonly firstLocal: string | null;
  readonly lastLocal: string | null;
  readonly scans: number;
}

/** Where a courier handed it over, by the phone's own coordinates. */
interface HandoverPlace extends LatLng {
  readonly atMs: number;
}

/** The location parts of an address or a scan. */
interface AreaOf {
  readonly postalCode: string | null;
  readonly region: string | null;
  readonly country: string | null;
}

/** The most precise location known of an area; null: none. Pure. */
export function locate(
  { postalCode, region, country }: AreaOf,
  codes: PostalCodes,
): Located | null {
  return centreOfCode({ postalCode, country }, codes) ?? roughCentre(country, region);
}

/** The centre of its postal code; null: unknown. Pure. */
export function centreOfCode(
  { postalCode, country }: Omit<AreaOf, 'region'>,
  codes: PostalCodes,
): Located | null {
  const centre = country && postalCode ? codes.find(country, postalCode) : null;
  return centre && { ...centre, precision: 'postal_code' };
}

/** Times are compared to the local minute. */
const MINUTE_CHARS = 16;

/** A scan this close to a handover is that of the handover, and was made where it was. */
const SCANNED_MS = 10 * 60_000;

/** The places of a parcel, the first one first; consecutive scans at one place are merged. Pure. */
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
  for (const { lat, lng, atMs } of handedOver.toSorted((a, b) => a.atMs - b.atMs)) {
    const at = { lat, lng, precision: 'exact' as const };
    const last = places.at(-1);
    const isScanned = Math.abs(atMs - Date.parse(events[0]?.occurredAt ?? '')) < SCANNED_MS;
    if (isScanned && last?.scans === 1) places[places.length - 1] = { ...last, at };
    else places.push({ name: null, at, firstLocal: null, lastLocal: null, scans: 1 });
  }
  return places;
}
