import { LRUCache } from 'lru-cache';
import type { ErrorText } from '../../kernel/errors.ts';
import { countryOfName } from '../../kernel/places/country-names.ts';
import { keepSameClock, zonesOfCountry } from '../../kernel/places/zones-of-place.ts';
import { isZone } from '../../kernel/time/formatters.ts';
import { FACILITY_TEXT_CHARS_MAX, type FacilityDetails, matchKey } from './facility.ts';

/** The fault of one member, with the names of the API and of the CSV's header. */
export interface FacilityFault {
  /** The member's name, such as `time_zone` or `aliases`. */
  readonly member: string;
  readonly reason: ErrorText;
  readonly fix: ErrorText;
}

/** Limit of aliases: more spellings than any carrier has for one building. */
export const ALIASES_MAX = 20;
const ADDRESS_CHARS_MAX = 100;

/**
 * Returns the faults of a facility; empty when it can be stored. Everything that enters the
 * registry is checked here, whatever its source. Pure.
 */
export function checkFacility(facility: FacilityDetails): FacilityFault[] {
  return [...checkTexts(facility), ...checkPosition(facility), ...checkZone(facility)];
}

function checkTexts(facility: FacilityDetails): FacilityFault[] {
  const { code, name, aliases } = facility;
  const faults = [
    ...nameFaults('code', code, FACILITY_TEXT_CHARS_MAX),
    ...(name === code ? [] : nameFaults('name', name, FACILITY_TEXT_CHARS_MAX)),
    ...aliases.flatMap((alias) => nameFaults('aliases', alias, FACILITY_TEXT_CHARS_MAX)),
    ...textFaults('city', facility.city, ADDRESS_CHARS_MAX),
    ...textFaults('region', facility.region, ADDRESS_CHARS_MAX),
    ...textFaults('postal_code', facility.postalCode, ADDRESS_CHARS_MAX),
  ];
  if (aliases.length > ALIASES_MAX) {
    const reason: ErrorText = { 'facilities.tooManyAliases': { length: aliases.length } };
    faults.push({
      member: 'aliases',
      reason,
      fix: { 'facilities.limitAliases': { aliasesMax: ALIASES_MAX } },
    });
  }
  if (facility.country !== null && countryOfName(facility.country) !== facility.country) {
    faults.push({
      member: 'country',
      reason: 'facilities.notCountryCode',
      fix: 'facilities.useIso3166',
    });
  }
  return faults;
}

function nameFaults(member: string, text: string, charsMax: number): FacilityFault[] {
  const tooLong = textFaults(member, text, charsMax);
  if (tooLong.length > 0 || matchKey(text) !== '') return tooLong;
  return [
    {
      member,
      reason: 'facilities.noLetterOrDigit',
      fix: 'facilities.sendReportedText',
    },
  ];
}

const UNUSABLE = /[\p{Cc}\p{Cs}]/u;

function textFaults(member: string, text: string | null, charsMax: number): FacilityFault[] {
  if (text === null) return [];
  if (text.length > charsMax) {
    const reason: ErrorText = { 'facilities.textTooLong': { charsMax } };
    return [{ member, reason, fix: { 'facilities.shortenText': { charsMax } } }];
  }
  if (!UNUSABLE.test(text)) return [];
  return [{ member, reason: 'facilities.controlCharacter', fix: 'values.remove' }];
}

function checkPosition({ lat, lng }: FacilityDetails): FacilityFault[] {
  if ((lat === null) !== (lng === null)) {
    const member = lat === null ? 'lat' : 'lng';
    const reason = 'facilities.coordinateMissing';
    return [{ member, reason, fix: 'facilities.sendBothLatLng' }];
  }
  return [...angleFaults('lat', lat, 90), ...angleFaults('lng', lng, 180)];
}

function angleFaults(member: string, value: number | null, degreesMax: number): FacilityFault[] {
  if (value === null || (Number.isFinite(value) && Math.abs(value) <= degreesMax)) return [];
  const fix: ErrorText = { 'facilities.sendDegreesInRange': { degreesMax } };
  return [{ member, reason: 'facilities.invalidAngle', fix }];
}

/** The form of a zone's name, `Area/City`: abbreviations (`EST`, `MST`) are ambiguous. */
const ZONE = /^[A-Z][A-Za-z_]+(?:\/[A-Za-z0-9_+-]+){1,2}$/;

function checkZone({ timeZone, country }: FacilityDetails): FacilityFault[] {
  if (timeZone === null) return [];
  const member = 'time_zone';
  if (timeZone !== 'UTC' && !(ZONE.test(timeZone) && isZone(timeZone))) {
    return [
      {
        member,
        reason: 'facilities.notTimeZone',
        fix: 'facilities.useIanaTimeZone',
      },
    ];
  }
  const possible = country === null ? [] : zonesOfCountry(country);
  if (possible.length === 0 || isValid(`${country} ${timeZone}`)) return [];
  return [
    {
      member,
      reason: { 'facilities.timeZoneCountryMismatch': { country } },
      fix: { 'facilities.correctZoneOrCountry': { possible: possible.join(', ') } },
    },
  ];
}

/** Limit of cached answers: more than there are zones, and strangers cannot exceed it. */
const CACHED_MAX = 2_000;

/** Whether a country uses a zone's time anywhere, for a text such as `US America/Chicago`. */
const isValid = cached((both) => {
  const [country = '', zone = ''] = both.split(' ');
  return zonesOfCountry(country).some((possible) => keepSameClock(possible, zone));
});

function cached(ask: (text: string) => boolean): (text: string) => boolean {
  const answers = new LRUCache<string, boolean>({ max: CACHED_MAX, memoMethod: ask });
  return (text) => answers.memo(text);
}
