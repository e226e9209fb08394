import { isDeepStrictEqual } from 'node:util';
import type { CodeMatch, ReportedPlace } from '../../adapters/contract/contract.ts';

/** 64 bits distinguish all versions that a hub will ever have. */
const VERSION_CHARS = 16;

/**
 * Returns a mapping version as facts store it: the beginning of its hash, by which the store of
 * versions finds it. The whole hash was a quarter of a fact's row.
 */
export function shortVersion(version: string): string {
  return version.slice(0, VERSION_CHARS);
}

/**
 * A place as it is stored: its members without their names, in the order of `MEMBERS`, up to the
 * last that is known. Earlier versions stored an object.
 */
export type StoredPlace = readonly (string | null)[] | Partial<ReportedPlace>;

/** The order is part of what is stored, and a statement asks for the first: only append. */
const MEMBERS = ['facility', 'city', 'region', 'postalCode', 'country'] as const;
const NOWHERE: ReportedPlace = {
  facility: null,
  city: null,
  region: null,
  postalCode: null,
  country: null,
};

/** Returns a place as it is stored. */
export function storedPlace(place: ReportedPlace): StoredPlace {
  const values = MEMBERS.map((member) => place[member]);
  return values.slice(0, values.findLastIndex((value) => value !== null) + 1);
}

/** Returns the place that was stored. */
export function placeOf(stored: StoredPlace): ReportedPlace {
  if (!('length' in stored)) return { ...NOWHERE, ...stored };
  const [facility = null, city = null, region = null, postalCode = null, country = null] = stored;
  return { facility, city, region, postalCode, country };
}

/** A fact's rule as it is stored: `true` if it names exactly the fact's codes, as most do. */
export type StoredRule = CodeMatch | true | null;

/** Returns the rule that read these codes as it is stored. */
export function storedRule(rule: CodeMatch | null, codes: CodeMatch): StoredRule {
  return isDeepStrictEqual(rule, codes) ? true : rule;
}

/** Returns the rule that was stored. */
export function ruleOf(stored: StoredRule, codes: CodeMatch): CodeMatch | null {
  return stored === true ? codes : stored;
}
