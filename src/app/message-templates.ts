import { carrierName, type Registry } from '../adapters/index.ts';
import { addressLine } from '../kernel/places/address-line.ts';
import type { Tenant } from '../kernel/tenant.ts';
import { type Brandings, createBrandings } from '../merchants/index.ts';
import { describe } from '../normalization/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database/database.ts';
import { messagesIn } from '../platform/messages/catalogue.ts';
import { shippedFile } from '../platform/shipped.ts';
import { within } from '../platform/work/within.ts';
import { caseDetails, type ExceptionsDeps, placeOfPickup } from '../reactions/exceptions/index.ts';
import {
  createOwnWords,
  createTemplates,
  type OwnWords,
  type Templates,
} from '../reactions/notifications/index.ts';
import type { Shops } from '../shops/index.ts';
import { pickupPlace } from '../tracking/ports/public-tracks.ts';
import {
  placeName,
  type ShipmentView,
  type TrackingDeps,
  viewShipment,
} from '../tracking/ports/shipments.ts';

/** What writes the texts of messages, including merchants' own texts and branding. */
export interface Templating {
  readonly brandings: Brandings;
  readonly ownWords: OwnWords;
  readonly templates: Templates;
  /** Makes messages name pickup points as recipients requested them and carriers list them. */
  usePickups(exceptions: ExceptionsDeps): void;
}

/** Opens the texts. Rejects with file and line of the fault in a template or a text. */
export async function openTemplating(deps: {
  readonly db: Database;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly tracking: TrackingDeps;
  readonly publicUrl: () => string;
  /** Absent: no message names what was ordered. */
  readonly orderOf?: Shops['orderOf'];
}): Promise<Templating> {
  const { db, clock, registry, tracking } = deps;
  const brandings = createBrandings({ db, clock, publicUrl: deps.publicUrl });
  const ownWords = createOwnWords({ db, clock });
  const late: { exceptions: ExceptionsDeps | null } = { exceptions: null };
  const templates = createTemplates({
    folder: shippedFile('config/templates'),
    brandings,
    ownWords,
    describe: (language) => (reading) => describe(messagesIn(language).status, reading),
    carrierName: (carrier) => carrierName(registry, carrier),
    detailsOf: (tenant, shipmentId, of) => caseDetails({ tracking }, tenant, shipmentId, of),
    scanOf: (tenant, shipmentId, atMs) => scanOf(tracking, tenant, shipmentId, atMs),
    pickupOf: (tenant, shipmentId, isRecipient) =>
      pickupPlaceOf(tracking, isRecipient ? late.exceptions : null, tenant, shipmentId),
    ...(deps.orderOf !== undefined && { orderOf: deps.orderOf }),
    clock,
  });
  return {
    brandings,
    ownWords,
    templates,
    usePickups(exceptions) {
      late.exceptions = exceptions;
    },
  };
}

/**
 * How long a message waits for the carrier's list of pickup points. After that, it uses the
 * carrier's events.
 */
const POINTS_MS_MAX = 5_000;

/**
 * Returns where the parcel waits for collection, or where it is being brought at the recipient's
 * request; null if there is no such place or it is unknown.
 *
 * @param exceptions null if the reader is not the recipient: then only the carrier's events are
 * used, which every subscriber may see.
 */
async function pickupPlaceOf(
  deps: TrackingDeps,
  exceptions: ExceptionsDeps | null,
  tenant: Tenant,
  id: string,
) {
  const view = await viewShipment(deps, tenant, id);
  if (view === null) return null;
  const place =
    exceptions && (await within(POINTS_MS_MAX, placeOfPickup(exceptions, tenant, view), null));
  if (place?.point) {
    const { name, address, hours } = place.point;
    return { name, address: (address && addressLine(address)) ?? place.location, hours };
  }
  const facts = view.events.map((event) => ({ ...event, facility: null }));
  const { name = null, location = null } = pickupPlace(view.shipment.state.status, facts) ?? {};
  return name === null ? null : { name, address: location, hours: null };
}

/** Returns place and local time of the event of that instant, or else of the newest event. */
async function scanOf(deps: TrackingDeps, tenant: Tenant, id: string, atMs: number | null) {
  const events = (await viewShipment(deps, tenant, id))?.events ?? [];
  const scan = events.find(({ occurredAt }) => occurredAt && Date.parse(occurredAt) === atMs);
  const event = scan ?? events[0];
  if (event === undefined) return null;
  // The hub's and the merchant's own events have no place. If the destination's zone is unknown,
  // their time is in UTC, which the message has to say.
  const isUtc = event.source !== 'carrier' && event.timeZone === '+00:00';
  const clockName = isUtc ? 'UTC' : null;
  return { place: placeOf(event), local: event.occurredLocal, clockName };
}

/**
 * The building's name if it is known, and the city: where the recipient has to go, or the parcel
 * has been.
 */
function placeOf({ facility, place }: ShipmentView['events'][number]): string | null {
  const building = facility?.name ?? place?.facility ?? null;
  const city = placeName(place);
  // A bare number is the carrier's own name for a building and means nothing to a reader.
  if (building === null || !/\p{L}{3}/u.test(building)) return city;
  return city === null || city.toLowerCase().startsWith(building.toLowerCase())
    ? (city ?? building)
    : `${building}, ${city}`;
}
