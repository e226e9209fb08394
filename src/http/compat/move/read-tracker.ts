import { z } from 'zod';
import { placeTimeFromIso } from '../../../kernel/time/zoned-time.ts';
import { leftOutSentence } from '../../api/shipment-imports/read-row.ts';
import { createShipment } from '../../api/shipments/input-schema.ts';
import { readOptional } from '../../api/shipments/optional-members.ts';
import { shipmentFor } from '../easypost/create-tracker.ts';
import type { TrackerDeps } from '../easypost/present.ts';
import { GRAMS_PER_OUNCE } from '../easypost/tracker.ts';
import { NO_SITUATION, type Situation } from '../vocabulary.ts';
import {
  dayOf,
  faultText,
  type MovedEvent,
  placeOf,
  type ReadParcel,
  readParcel,
} from './moved-parcel.ts';

const text = z.string().nullish();
const place = z.object({ city: text, state: text, country: text, zip: text }).nullish();

/** The members of EasyPost's Tracker that are moved. */
const movedTracker = z.object({
  id: z.string().regex(/^trk_[0-9a-f]{32}$/),
  mode: text,
  tracking_code: z.string().min(1),
  status: z.string(),
  status_detail: text,
  created_at: z.iso.datetime(),
  updated_at: text,
  weight: z.number().nonnegative().nullish(),
  est_delivery_date: text,
  carrier: text,
  tracking_details: z
    .array(
      z.object({
        status: text,
        status_detail: text,
        datetime: text,
        carrier_code: text,
        tracking_location: place,
      }),
    )
    .nullish(),
  carrier_detail: z
    .object({
      service: text,
      origin_tracking_location: place,
      destination_tracking_location: place,
    })
    .nullish(),
});
type MovedTracker = z.output<typeof movedTracker>;

type Deps = Pick<TrackerDeps, 'registry' | 'vocabulary'>;

/** Reads one of EasyPost's trackers for a tenant in this mode. Pure. */
export function readTracker(deps: Deps, mode: 'test' | 'live', item: unknown): ReadParcel {
  const read = movedTracker.safeParse(item);
  const id = String(Object(item).id ?? '');
  if (!read.success) return { refused: { id, reason: `not a tracker: ${faultText(read.error)}` } };
  const tracker = read.data;
  if ((tracker.mode === 'test') !== (mode === 'test')) {
    return {
      refused: {
        id,
        reason: `a tracker of the other mode (${tracker.mode ?? 'none'}): move it with the key and merchant mode it belongs to`,
      },
    };
  }
  const { kept, leftOut } = attributesOf(tracker);
  const parcel = () => ({
    externalIds: [id],
    createdAtMs: Date.parse(tracker.created_at),
    wanted: shipmentFor(deps, { mode }, tracker, createShipment.parse(kept)),
    events: eventsOf(deps, tracker),
    expectedOn: dayOf(tracker.est_delivery_date),
  });
  return readParcel(id, parcel, leftOutSentence(leftOut));
}

/** What the hub can store besides the number; a member that it cannot is left out. */
function attributesOf({ weight, carrier_detail: detail }: MovedTracker) {
  return readOptional({
    weight_g: weight ? Math.round(weight * GRAMS_PER_OUNCE) : null,
    service_level: detail?.service,
    origin: addressOf(detail?.origin_tracking_location),
    destination: addressOf(detail?.destination_tracking_location),
  });
}

function addressOf(location: z.output<typeof place>) {
  const { city, state: region, zip, country } = location ?? {};
  return city || zip || country ? { city, region, postal_code: zip, country } : null;
}

function eventsOf({ vocabulary }: Deps, tracker: MovedTracker): readonly MovedEvent[] {
  const details = tracker.tracking_details ?? [];
  // Without details, the status is all that is known.
  const { status, status_detail: detail, updated_at: at } = tracker;
  const own = status === 'unknown' ? [] : [{ status, status_detail: detail, datetime: at }];
  return (details.length > 0 ? details : own).flatMap((event) => {
    const time = placeTimeFromIso(event.datetime ?? '');
    if (time === null) return [];
    const location = 'tracking_location' in event ? event.tracking_location : null;
    return {
      situation: situationOf(vocabulary, event.status ?? '', event.status_detail ?? ''),
      words: [event.status, event.status_detail].filter(Boolean).join('.'),
      code: ('carrier_code' in event ? event.carrier_code : null) || null,
      time,
      place: placeOf(location?.city, location?.state, location?.zip, location?.country),
    };
  });
}

/** A detail without a rule means no more than its status. */
function situationOf(vocabulary: Deps['vocabulary'], status: string, detail: string): Situation {
  return (
    vocabulary.situationFor((words) => words.status === status && words.detail === detail) ??
    vocabulary.situationFor((words) => words.status === status && words.detail === status) ??
    vocabulary.situationFor((words) => words.status === status) ??
    NO_SITUATION
  );
}
