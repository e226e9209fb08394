import { countryOfAlpha3 } from '../../../kernel/places/country-codes.ts';
import { countryOfName } from '../../../kernel/places/country-names.ts';
import type { ReportedPlace } from '../../contract/contract.ts';
import type { UnifiedPlace } from '../schema.ts';

/**
 * A place of Shipment Tracking – Unified. Express writes "LEIPZIG - GERMANY" and no country
 * code, eCommerce "Austin, TX, US", Parcel DE sometimes only the country. Street addresses are
 * not read, and a locality that holds one loses it.
 */
export function readPlace(place: UnifiedPlace | null | undefined): ReportedPlace | null {
  const address = place?.address ?? null;
  const facility = place?.servicePoint?.label ?? null;
  const given = isoOf(address?.countryCode ?? null);
  const words = readLocality(address?.addressLocality ?? null, given);
  const country = given ?? words.country;
  const postalCode = postalCodeOf(address?.postalCode ?? null);
  const { city, region } = words;
  if ([city, region, postalCode, country, facility].every((part) => part === null)) return null;
  return { city, region, postalCode, country, facility };
}

interface Locality {
  readonly city: string | null;
  readonly region: string | null;
  readonly country: string | null;
}

/** Some networks repeat the city there; every postal code has a digit. */
export function postalCodeOf(text: string | null): string | null {
  return text !== null && /\d/.test(text) ? text : null;
}

/**
 * "LEIPZIG - GERMANY", "SYDNEY-AU" or "-AUS", "CINCINNATI HUB, OH - USA", "Austin, TX, US",
 * "Germany" or just a city; "HEATHROW, GB" where `given` is GB, for other letters there may be a
 * state's. Supply chain writes "Santiago,Chile,AM - South,8320000", where a region can hold a person's name.
 */
export function readLocality(text: string | null, given: string | null = null): Locality {
  if (text === null) return { city: null, region: null, country: null };
  const [first = '', second = '', ...rest] = text.split(',');
  const named = rest.length > 0 && second.trim().length > 2 ? countryOfName(second) : null;
  if (named !== null) return { city: cityOf(first), region: null, country: named };
  if (given !== null && rest.length === 0 && second.trim().toUpperCase() === given) {
    return { city: cityOf(first), region: null, country: given };
  }
  const us = /^([^,]+), ([A-Z]{2}), (US|USA)$/i.exec(text);
  if (us) return { city: us[1] ?? null, region: us[2]?.toUpperCase() ?? null, country: 'US' };
  const dash = text.lastIndexOf('-');
  const end = text.slice(dash + 1).trim();
  const tail = dash < 0 ? null : (countryOfName(end) ?? countryOfAlpha3(end));
  if (tail !== null) {
    const [, town, state] = /^(.+), ([A-Z]{2})\s*$/.exec(text.slice(0, dash)) ?? [];
    if (tail === 'US' && town !== undefined) {
      return { city: cityOf(town), region: state ?? null, country: tail };
    }
    return { city: cityOf(text.slice(0, dash)), region: null, country: tail };
  }
  // A word of two letters is rather a state or the end of a name than a country.
  const alone = text.length > 2 ? countryOfName(text) : null;
  return alone === null
    ? { city: cityOf(text), region: null, country: null }
    : { city: null, region: null, country: alone };
}

/** Without the segments that hold a house number: "Oderweg 2, AMSTERDAM" → "AMSTERDAM". */
function cityOf(text: string): string | null {
  const segments = text.split(',').map((segment) => segment.trim());
  return segments.filter((segment) => segment !== '' && !/\d/.test(segment)).join(', ') || null;
}

export function isoOf(country: string | null): string | null {
  return country !== null && /^[A-Za-z]{2}$/.test(country) ? country.toUpperCase() : null;
}
