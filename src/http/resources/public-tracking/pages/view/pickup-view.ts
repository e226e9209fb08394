import { addressLine } from '../../../../../kernel/places/address-line.ts';
import type { PlaceOfPickup } from '../../../../../reactions/exceptions/index.ts';
import type { PublicTrack } from '../../../../../tracking/index.ts';
import { hoursOf } from '../../../self-service/panel/opening-hours.ts';
import type { PageTexts } from '../texts.ts';
import type { WallClockFormats } from './wall-clock.ts';

/** Where a parcel waits to be fetched, or is being taken to be, in words. */
export interface PickupView {
  readonly label: string;
  /** Null: nobody has named the place, and `note` says what to do. */
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
 * @param own what the parcel's own recipient may see; undefined: the page is for anyone. Null: for
 *   all that the use cases know the parcel neither waits nor is being taken anywhere.
 */
export function pickupView(
  track: Pick<PublicTrack, 'status' | 'pickup_point' | 'events'>,
  own: PlaceOfPickup | null | undefined,
  words: PickupWords,
): PickupView | null {
  const { page, formats, carrierName } = words;
  const place = own ?? placeForAll(track);
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

/** What anyone who knows the number may read: the name and the town, no street. */
function placeForAll({
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
