import { definedOnly } from '../../../kernel/defined-only.ts';
import type { CodeMatch, ReportedPlace } from '../../contract/contract.ts';
import type { Address } from '../schema.ts';

/** Codes under the manifest's keys; null when there is none. An exception alone is no event. */
export function codesOf(
  event: string | undefined,
  exception: string | undefined,
  derived: string | undefined,
): CodeMatch | null {
  if (event === undefined && derived === undefined) return null;
  return {
    ...definedOnly({ event, exception, derived }),
  };
}

/** City and coarser only: streets are personal and nothing needs them. */
export function placeOf(
  address: Address,
  facility: string | undefined = undefined,
): ReportedPlace | null {
  const country = address?.countryCode?.toUpperCase();
  const place: ReportedPlace = {
    city: address?.city ?? null,
    region: address?.stateOrProvinceCode ?? null,
    postalCode: postalCode(address?.postalCode, country),
    country: country !== undefined && /^[A-Z]{2}$/.test(country) ? country : null,
    facility: facility ?? null,
  };
  return Object.values(place).some((value) => value !== null) ? place : null;
}

/** ZIP+4 comes without its dash (`471307761`, seen in the sandbox). */
function postalCode(code: string | undefined, country: string | undefined): string | null {
  if (code === undefined) return null;
  const zip4 = country === 'US' ? /^(\d{5})(\d{4})$/.exec(code) : null;
  return zip4 === null ? code : `${zip4[1]}-${zip4[2]}`;
}
