import { COUNTRY_ZONES } from './country-zones.ts';
import { STATE_ZONES, ZIP3_ZONES, ZIP5_ZONES, type ZipRange } from './us-zones.ts';

/**
 * IANA zone of a United States place by ZIP (5 or 9 digits, with or without dash) and two-letter
 * state, either of which may be missing; null when they do not settle it or contradict each
 * other. Never a guess: without a zone a time stays an honest interval.
 *
 * @example zoneOfUsPlace('97205', 'OR') // 'America/Los_Angeles'
 */
export function zoneOfUsPlace(zip: string | null, state: string | null): string | null {
  const code = state?.trim().toUpperCase() ?? '';
  const stateZones = Object.hasOwn(STATE_ZONES, code) ? STATE_ZONES[code] : undefined;
  const digits = /^\s*(\d{5})(?:-?\d{4})?\s*$/.exec(zip ?? '')?.[1];
  if (digits === undefined) return stateZones?.length === 1 ? (stateZones[0] ?? null) : null;
  const zone =
    inRange(ZIP5_ZONES, Number(digits)) ?? inRange(ZIP3_ZONES, Number(digits.slice(0, 3)));
  if (zone === null || stateZones === undefined) return zone;
  return stateZones.includes(zone) ? zone : null;
}

/**
 * IANA zone of a country (ISO 3166-1 alpha-2) that keeps one clock, else of its postal code where
 * that settles it; null when not certain. The United States are in `zoneOfUsPlace`.
 */
export function zoneOfCountry(country: string, postalCode: string | null = null): string | null {
  const code = country.trim().toUpperCase();
  const digits = (postalCode ?? '').replace(/\D/g, '');
  if (code === 'ES') return spainZone(digits);
  if (code === 'PT') return portugalZone(digits);
  if (code === 'NZ') return digits === '8942' ? 'Pacific/Chatham' : 'Pacific/Auckland';
  // Overseas departments have codes of their own, yet mail to them is often labelled FR.
  if (code === 'FR' && /^9[78]/.test(digits)) return null;
  return Object.hasOwn(COUNTRY_ZONES, code) ? (COUNTRY_ZONES[code] ?? null) : null;
}

/** The two above, by country: `US` and no country at all are distinguished by the caller. */
export function zoneOfPlace(place: {
  readonly country: string | null;
  readonly region: string | null;
  readonly postalCode: string | null;
}): string | null {
  if (place.country === null) return null;
  if (place.country.trim().toUpperCase() === 'US') {
    return zoneOfUsPlace(place.postalCode, place.region);
  }
  return zoneOfCountry(place.country, place.postalCode);
}

/**
 * Provinces 35 and 38 are the Canary Islands. Without a postal code the mainland is meant: parcels
 * to the islands cross a customs border, so their address says so.
 */
function spainZone(digits: string): string {
  return /^3[58]\d{3}$/.test(digits) ? 'Atlantic/Canary' : 'Europe/Madrid';
}

/** 90–94 Madeira, 95–99 Azores; without a postal code the mainland. */
function portugalZone(digits: string): string {
  if (/^9[5-9]/.test(digits)) return 'Atlantic/Azores';
  return /^9/.test(digits) ? 'Atlantic/Madeira' : 'Europe/Lisbon';
}

function inRange(ranges: readonly ZipRange[], value: number): string | null {
  return ranges.find(([from, to]) => value >= from && value <= to)?.[2] ?? null;
}

/** The middle of a postal code's area. */
interface Centroid {
  readonly lat: number;
  readonly lng: number;
}

/** Centroids by country and postal code, in memory. */
export interface PostalCodes {
  /** Null: it is not listed. */
  find(country: string, postalCode: string): Centroid | null;
  readonly count: number;
}

export const NO_POSTAL_CODES: PostalCodes = { find: () => null, count: 0 };

/** Sum of the places of a code that occurs in several rows. */
export interface CentroidSum {
  lat: number;
  lng: number;
  rows: number;
}

/** @param sums by `postalKey`. */
export function postalCodesOf(sums: ReadonlyMap<string, Readonly<CentroidSum>>): PostalCodes {
  return {
    count: sums.size,
    find(country, postalCode) {
      for (const key of spellings(country, postalCode)) {
        const sum = sums.get(key);
        if (sum !== undefined) return { lat: sum.lat / sum.rows, lng: sum.lng / sum.rows };
      }
      return null;
    },
  };
}

/** Of these countries lists often name the first part alone: `SW1A` for SW1A 1AA, `K1A` for K1A 0B1. */
const FIRST_PART: Readonly<Record<string, number>> = { CA: 3, IE: 3, NL: 4, PT: 4, MT: 3 };

/** The code as it is, and what a list may call its area; the most exact first. */
function spellings(country: string, postalCode: string): string[] {
  const is = country.trim().toUpperCase();
  const whole = postalKey(is, postalCode);
  const parts = [whole];
  // ZIP+4, and `1010-A`: the part after the hyphen is an end of a street.
  const [head = ''] = postalCode.split('-');
  if (head !== postalCode && is !== 'PL' && is !== 'JP' && is !== 'BR')
    parts.push(postalKey(is, head));
  const code = whole.slice(3);
  if (is === 'GB' && code.length > 4) parts.push(`${is} ${code.slice(0, -3)}`);
  const first = FIRST_PART[is];
  if (first !== undefined && code.length > first) parts.push(`${is} ${code.slice(0, first)}`);
  return parts;
}

/** The search key of a code, however it is spelled. */
export function postalKey(country: string, code: string): string {
  return `${country.toUpperCase()} ${code.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')}`;
}
