import { alpha3OfCountry } from '../../../kernel/places/country-codes.ts';
import { displayNames } from '../../../kernel/time/formatters.ts';
import { placeName, type ShownEvent } from '../../../tracking/ports/shipments.ts';
import { aftershipWords, type Subtag, type TagMembers, tagMembers } from './subtags.ts';
import { timeAtPlace } from './times.ts';

/** A checkpoint as AfterShip's SDK 17 reads it, without the members that the hub cannot know. */
export interface Checkpoint extends TagMembers {
  readonly slug: string;
  readonly checkpoint_time: string | null;
  readonly location: string | null;
  readonly city: string | null;
  readonly state: string | null;
  readonly postal_code: string | null;
  readonly coordinate: { readonly latitude: number; readonly longitude: number } | null;
  /** ISO 3166-1 alpha-3. */
  readonly country_region: string | null;
  readonly country_region_name: string | null;
  readonly message: string;
  /** The hub's own words, which are more exact than a sub-tag: `exception.weather_delay`. */
  readonly raw_tag: string;
  readonly events: readonly never[];
  readonly source: 'carrier' | 'user';
  /** Stays the same however often the carrier repeats the event. */
  readonly hash: string;
}

/**
 * Returns the events as checkpoints, the oldest first.
 *
 * @param events the newest first.
 * @param describe the hub's text for an event, in English.
 */
export function toCheckpoints(
  events: readonly ShownEvent[],
  slug: string,
  describe: (event: ShownEvent) => string,
): Checkpoint[] {
  let before: Subtag | null = null;
  return events.toReversed().map((event) => {
    before = subtagOfEvent(event, before);
    return toCheckpoint(event, { slug, subtag: before, message: describe(event) });
  });
}

/**
 * Returns the sub-tag of an event. One that does not affect the status has that of the event before
 * it, because every checkpoint has a tag.
 */
function subtagOfEvent({ status, reason, milestone }: ShownEvent, before: Subtag | null): Subtag {
  if (status === 'none' && before !== null) return before;
  return aftershipWords().wordsFor({
    status: status === 'none' ? 'created' : status,
    reason,
    milestone,
  });
}

function toCheckpoint(
  event: ShownEvent,
  shown: { readonly slug: string; readonly subtag: Subtag; readonly message: string },
): Checkpoint {
  const { place, facility, reason, status, source } = event;
  const country = place?.country ?? null;
  const lat = facility?.lat ?? null;
  const lng = facility?.lng ?? null;
  return {
    slug: shown.slug,
    checkpoint_time: timeAtPlace(event),
    location: placeName(place),
    city: place?.city ?? null,
    state: place?.region ?? null,
    postal_code: place?.postalCode ?? null,
    coordinate: lat === null || lng === null ? null : { latitude: lat, longitude: lng },
    country_region: country && alpha3OfCountry(country),
    country_region_name: country && (COUNTRIES.of(country) ?? null),
    message: shown.message,
    ...tagMembers(shown.subtag),
    raw_tag: reason === null ? status : `${status}.${reason}`,
    events: [],
    source: REPORTED.has(source) ? 'carrier' : 'user',
    hash: event.identity,
  };
}

/** Sources of events that are not the merchant's own statements. */
const REPORTED: ReadonlySet<ShownEvent['source']> = new Set([
  'bridge',
  'carrier',
  'imported',
  'scan',
]);

const COUNTRIES = displayNames('en', { type: 'region', fallback: 'none' });
