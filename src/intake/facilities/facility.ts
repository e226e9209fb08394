import type { Tenant } from '../../kernel/tenant.ts';

/** The kind of building, as far as that is known. */
export const FACILITY_TYPES = [
  'origin',
  'hub',
  'sort_center',
  'delivery_station',
  'pickup_point',
  'other',
] as const;
export type FacilityType = (typeof FACILITY_TYPES)[number];

/**
 * Where a facility comes from. `csv` and `api`: somebody entered it. `learned`: derived from enough
 * carrier reports.
 */
export const FACILITY_SOURCES = ['csv', 'api', 'learned'] as const;
export type FacilitySource = (typeof FACILITY_SOURCES)[number];

/** The editable data of a facility. */
export interface FacilityDetails {
  /** The carrier that names it; null for any carrier. */
  readonly carrier: string | null;
  /** The carrier's code or name of the building, as its reports spell it. */
  readonly code: string;
  readonly name: string;
  readonly type: FacilityType;
  readonly city: string | null;
  readonly region: string | null;
  readonly postalCode: string | null;
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string | null;
  readonly lat: number | null;
  readonly lng: number | null;
  /** IANA name; null means the zone of country, region and postal code, if they determine it. */
  readonly timeZone: string | null;
  /** Other spellings under which reports name the building. */
  readonly aliases: readonly string[];
}

export interface Facility extends FacilityDetails {
  readonly id: string;
  /** The tenant that owns it; null for the hub's, which applies to all merchants. */
  readonly owner: Tenant | null;
  readonly source: FacilitySource;
  /** From 0 to 1; 1 if somebody entered it. */
  readonly certainty: number;
  /** The IANA zone that applies: the given one, else the one of the place; null when unknown. */
  readonly zone: string | null;
  /** The number of parcels reported to have passed here; 0 if they are not counted. */
  readonly parcels: number;
  readonly firstSeenMs: number | null;
  readonly lastSeenMs: number | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Limit of texts: longer than any carrier's name of a building, spelled out. */
export const FACILITY_TEXT_CHARS_MAX = 120;

/**
 * Returns a code or name as it is compared: without accents, in upper case, every run of anything
 * but letters and digits as one blank. Empty when nothing is left. Leading zeros stay: `0992` is
 * not `992`.
 *
 * @example matchKey(' Köln-Bonn, Hub ') // 'KOLN BONN HUB'
 */
export function matchKey(text: string): string {
  // Carriers write in capitals and codes are plain, so most texts are their own key.
  return PLAIN.test(text) ? text : folded(text);
}

const PLAIN = /^[A-Z0-9](?:[A-Z0-9]| (?=[A-Z0-9])){0,59}$/;

function folded(text: string): string {
  return text
    .slice(0, 2 * FACILITY_TEXT_CHARS_MAX)
    .toUpperCase()
    .normalize('NFKD')
    .toUpperCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .slice(0, FACILITY_TEXT_CHARS_MAX)
    .trim();
}

/** Returns a facility as the API and the command line write it. */
export function facilityMembers(facility: Facility) {
  return {
    id: facility.id,
    carrier: facility.carrier,
    code: facility.code,
    name: facility.name,
    type: facility.type,
    city: facility.city,
    region: facility.region,
    postal_code: facility.postalCode,
    country: facility.country,
    lat: facility.lat,
    lng: facility.lng,
    time_zone: facility.zone,
    aliases: facility.aliases,
    source: facility.source,
    certainty: facility.certainty,
  };
}
