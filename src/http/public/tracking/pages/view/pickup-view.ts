import { addressLine } from '../../../../../kernel/places/address-line.ts';
import {
  type OpeningHours,
  type OpeningLine,
  openingLines,
} from '../../../../../kernel/time/opening-hours.ts';
import type { PlaceOfPickup } from '../../../../../reactions/exceptions/index.ts';
import type { PublicTrack } from '../../../../../tracking/ports/public-tracks.ts';
import type { PageTexts } from '../texts.ts';
import type { WallClockFormats } from './wall-clock.ts';

/** Where a parcel waits for collection, or is being taken for it, in words. */
export interface PickupView {
  readonly label: string;
  /** Null: no place is known, and `note` says what to do. */
  readonly name: string | null;
  readonly address: string | null;
  readonly hours: readonly { readonly days: string; readonly times: string }[];
  readonly note: string | null;
}

interface PickupWords {
  readonly page: PageTexts;
  readonly formats: Pick<WallClockFormats, 'time'>;
  readonly carrierName: string;
}

/**
 * Returns where the parcel can be collected; null if it does not wait anywhere.
 *
 * @param own what the parcel's own recipient may see; undefined: the public page. Null: as far as
 *   the use cases know, the parcel neither waits at a pickup point nor is on its way to one.
 */
export function pickupView(
  track: Pick<PublicTrack, 'status' | 'pickup_point' | 'events'>,
  own: PlaceOfPickup | null | undefined,
  words: PickupWords,
): PickupView | null {
  const { page, formats, carrierName } = words;
  const place = own ?? publicPlace(track);
  if (place === null) return null;
  const { place: texts, pickup } = page;
  const { point, location } = place;
  const label = place.state === 'goes' ? texts.goes : texts.waits;
  if (point === null) {
    const note = texts.unknown({ carrier: carrierName });
    return { label, name: null, address: location, hours: [], note };
  }
  return {
    label,
    name: point.name,
    address: (point.address && addressLine(point.address)) ?? location,
    hours: hoursOf(point.hours, page, formats),
    note: point.temporarilyClosed === true ? pickup.closed : null,
  };
}

/** What anyone who knows the number may see: name and town, no street. */
function publicPlace({
  status,
  pickup_point: point,
  events,
}: Pick<PublicTrack, 'status' | 'pickup_point' | 'events'>): PlaceOfPickup | null {
  if (status !== 'available_for_pickup') return null;
  const event = events.find((each) => each.status === 'available_for_pickup');
  const location = point?.location ?? event?.location ?? null;
  const name = point?.name ?? null;
  const named = name === null ? null : { name, kind: null, address: null, hours: null };
  return { state: 'waits', location, point: named };
}

/** A week of opening hours in the page's words. */
export function hoursOf(
  hours: readonly OpeningHours[] | null,
  { pickup }: PageTexts,
  formats: Pick<WallClockFormats, 'time'>,
): readonly OpeningLine[] {
  return openingLines(hours ?? [], {
    days: Object.values(pickup.days),
    roundTheClock: pickup.round_the_clock,
    time: (clock) => formats.time(`2026-01-05T${clock}`) ?? clock,
  });
}
