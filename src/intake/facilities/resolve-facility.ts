import type { Tenant } from '../../kernel/tenant.ts';
import { type Facility, matchKey } from './facility.ts';
import { type Candidate, type FacilityIndex, type PlaceKeys, placeKeys } from './facility-index.ts';

/** The place of an event, as its carrier reports it. */
export interface EventPlace {
  readonly carrier: string;
  readonly city: string | null;
  readonly region: string | null;
  readonly postalCode: string | null;
  readonly country: string | null;
  /** The carrier's code or name of the building. */
  readonly facility: string | null;
}

/**
 * Finds the one facility that an event's place means for a tenant (null: for the hub). Null when
 * there is none or when two fit equally well, because a wrong building is worse than none. Pure.
 *
 * A tenant's own take precedence over the hub's, and entered ones over learned ones. Among those of
 * one kind, those that the place contradicts are left out. A match by code is better than one by
 * name, one of this carrier better than one of any, and one with matching postal code, city and
 * region better than one without.
 *
 * @example resolveFacility({ carrier, facility: 'MEMPHIS HUB', country: 'US', … }, null, index)
 */
export function resolveFacility(
  place: EventPlace,
  tenant: Tenant | null,
  index: FacilityIndex,
): Facility | null {
  if (index.size === 0) return null;
  const key = keyOf(place);
  if (key === null) return null;
  const own = tenant === null ? NONE : fittingCandidates(place, tenant, key, index);
  if (own.length > 0) return bestCandidate(place, own);
  const shared = fittingCandidates(place, null, key, index);
  const entered = shared.filter(({ facility }) => facility.source !== 'learned');
  return bestCandidate(place, entered.length > 0 ? entered : shared);
}

const NONE: readonly Candidate[] = [];

interface Key {
  readonly text: string;
  /**
   * Whether it was reported in place of a town: then only words that are no town's name may match.
   */
  readonly asCity: boolean;
}

/**
 * Returns the text that names the building. Some carriers write the building in place of the town,
 * and then nothing but the country.
 */
function keyOf({ facility, city, postalCode }: EventPlace): Key | null {
  const text = matchKey(facility ?? '');
  if (text !== '') return { text, asCity: false };
  if (city === null || postalCode !== null) return null;
  const town = matchKey(city);
  return town === '' ? null : { text: town, asCity: true };
}

/** Returns the owner's facilities with that text that the reported place does not contradict. */
function fittingCandidates(
  place: EventPlace,
  owner: Tenant | null,
  { text, asCity }: Key,
  index: FacilityIndex,
): readonly Candidate[] {
  const named = [...index.find(owner, place.carrier, text), ...index.find(owner, null, text)];
  if (named.length === 0) return NONE;
  const reported = placeKeys(place);
  return named.filter(
    (candidate) =>
      !contradicts(reported, candidate, asCity) && !(asCity && isNamedLikeTown(candidate, text)),
  );
}

/**
 * Whether the building is named like its town: a parcel may be delivered there and never be in it.
 */
function isNamedLikeTown({ place }: Candidate, text: string): boolean {
  return place.city === null || place.city === text;
}

function contradicts(reported: PlaceKeys, { place, by }: Candidate, asCity: boolean): boolean {
  if (differ(reported.country, place.country)) return true;
  if (isShort(reported.region) && isShort(place.region) && differ(reported.region, place.region)) {
    return true;
  }
  return by === 'name' && !asCity && differ(reported.city, place.city);
}

/**
 * Whether a region can be an abbreviation. `TN` and `Tennessee` are the same, but without a table
 * of them only two abbreviations can disagree.
 */
function isShort(region: string | null): boolean {
  return region === null || region.length <= 3;
}

function differ(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && a !== b;
}

function agree(a: string | null, b: string | null): boolean {
  return a !== null && a === b;
}

/** Returns the candidate that fits better than all others; null if two fit equally well. */
function bestCandidate(event: EventPlace, candidates: readonly Candidate[]): Facility | null {
  if (candidates.length < 2) return candidates[0]?.facility ?? null;
  const reported = placeKeys(event);
  let left = candidates;
  const prefer = (isPreferred: (candidate: Candidate) => boolean): void => {
    if (left.length < 2) return;
    const preferred = left.filter(isPreferred);
    if (preferred.length > 0) left = preferred;
  };
  prefer(({ by }) => by === 'code');
  prefer(({ facility }) => facility.carrier !== null);
  prefer(({ place }) => agree(reported.postalCode, place.postalCode));
  prefer(({ place }) => agree(reported.city, place.city));
  prefer(({ place }) => agree(reported.region, place.region));
  const [only] = left;
  return left.length === 1 && only !== undefined ? only.facility : null;
}
