import type { ReadStatus, Status } from '../../kernel/status.ts';
import { placeName, type TimelineEvent, titleCase } from '../views/timeline.ts';

/** Where a parcel waits for collection, as far as the carrier's own events name the place. */
export interface PickupPlace {
  /** The building; null if no event names it. */
  readonly name: string | null;
  /** The town as in the events, such as `Boulder, CO, US`; null if no event names it. */
  readonly location: string | null;
}

type PickupEvent = Pick<TimelineEvent, 'status' | 'place'> & {
  /** The building as a person entered it, if its code is known. */
  readonly facility?: { readonly name: string } | null;
};

/** Statuses that say nothing about the parcel's place: they do not interrupt a wait. */
const SILENT: ReadonlySet<ReadStatus> = new Set(['none', 'created']);

/**
 * Returns where a parcel waits for collection, from its newest run of such events. Carriers report
 * one wait by several scans, of which often only one names the building; a scan in another town is
 * another wait. Null for a parcel that does not wait. Pure.
 *
 * @param events newest first.
 */
export function pickupPlace(status: Status, events: readonly PickupEvent[]): PickupPlace | null {
  if (status !== 'available_for_pickup') return null;
  let location: string | null = null;
  for (const { status: of, place, facility } of events) {
    if (SILENT.has(of)) continue;
    if (of !== 'available_for_pickup') break;
    const here = townOf(place);
    if (location !== null && here !== null && here !== location) break;
    location ??= here;
    const name = buildingName(facility?.name ?? place?.facility ?? null);
    if (name !== null) return { name, location };
  }
  return { name: null, location };
}

/**
 * Returns the place without the building, which would otherwise be used in place of a missing town.
 */
function townOf(place: TimelineEvent['place']): string | null {
  return placeName(place === null ? null : { ...place, facility: null });
}

/**
 * Returns the name of a building that people could find; null for a code (`0992`, `TULA`), which is
 * what most carriers give and which is written on no door.
 */
export function buildingName(facility: string | null): string | null {
  const text = facility?.trim() ?? '';
  const isName = /\p{L}{3}/u.test(text) && (/\s|\p{Ll}/u.test(text) || /\p{L}{6}/u.test(text));
  return isName ? titleCase(text).slice(0, NAME_CHARS_MAX) : null;
}

const NAME_CHARS_MAX = 120;
