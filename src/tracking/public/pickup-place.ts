import type { ReadStatus, Status } from '../../kernel/status.ts';
import { placeName, type TimelineEvent, titleCase } from '../views/timeline.ts';

/** Where a parcel waits for collection, as far as the carrier's own events name the place. */
export interface PickupPlace {
  /** Null: no event names the building. */
  readonly name: string | null;
  /** `Boulder, CO, US`, as in the events. */
  readonly location: string | null;
}

type PickupEvent = Pick<TimelineEvent, 'status' | 'place'> & {
  /** The building as a person entered it, if its code is known. */
  readonly facility?: { readonly name: string } | null;
};

/** Statuses without information on the parcel's place. */
const SILENT: ReadonlySet<ReadStatus> = new Set(['none', 'created']);

/**
 * The pickup place of a waiting parcel, from its newest run of such events. Carriers report one
 * wait by several scans, of which often only one names the building; a scan in another town is
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

/** Without the building, which otherwise takes the place of a missing town. */
function townOf(place: TimelineEvent['place']): string | null {
  return placeName(place === null ? null : { ...place, facility: null });
}

/**
 * The name of a building that people could find. Most facility names of carriers are codes (`0992`,
 * `TULA`) that are written on no door: then null.
 */
export function buildingName(facility: string | null): string | null {
  const text = facility?.trim() ?? '';
  const isName = /\p{L}{3}/u.test(text) && (/\s|\p{Ll}/u.test(text) || /\p{L}{6}/u.test(text));
  return isName ? titleCase(text).slice(0, NAME_CHARS_MAX) : null;
}

const NAME_CHARS_MAX = 120;
