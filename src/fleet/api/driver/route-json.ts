import { createHash } from 'node:crypto';
import { PROOF_KINDS } from '../../../kernel/proof-kinds.ts';
import { dateFormat } from '../../../kernel/time/formatters.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { localeOf, messagesIn } from '../../../platform/messages/catalogue.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type {
  CourierRoute,
  ParcelAddress,
  RouteNotice,
  RouteParcel,
  RouteStop,
} from '../../couriers/index.ts';
import { courierJson } from '../couriers/courier-json.ts';

/** The JSON of a courier's route. */
export function routeJson(route: CourierRoute, nowMs: number, language: Language) {
  return {
    courier: courierJson(route.courier),
    revision: revisionOf(route),
    generated_at: iso(nowMs),
    stops: route.stops.map(stopJson),
    notices: route.notices.map((notice) => ({
      ...noticeJson(notice),
      text: noticeIn(language, notice),
    })),
  };
}

/** Identifies the content of a route, independent of the language. */
export function revisionOf({ courier, stops, notices }: CourierRoute): string {
  // Leave out the phone's last-seen time, which changes with every request.
  const { device: _device, ...shown } = courierJson(courier);
  const text = JSON.stringify([shown, stops.map(stopJson), notices.map(noticeJson)]);
  return createHash('sha256').update(text).digest('base64url').slice(0, REVISION_CHARS);
}

const REVISION_CHARS = 16;

function stopJson(stop: RouteStop, index: number) {
  const [first] = stop.parcels;
  // A recalled parcel goes back to its pickup address.
  const isRecalled = stop.parcels.every(({ status }) => status === 'returning');
  const address = (isRecalled ? first?.from : null) ?? first?.address ?? NO_ADDRESS;
  const required = new Set(stop.parcels.flatMap(({ requireProof }) => requireProof));
  return {
    id: wireId('stop', stop.id),
    position: index + 1,
    locked: stop.locked,
    state: stop.parcels.every(({ state }) => state === 'done') ? 'done' : 'open',
    recipient: first?.recipient ?? { name: null, phone: null },
    address: addressJson(address),
    location: null,
    window: stop.window && { from: iso(stop.window.fromMs), to: iso(stop.window.toMs) },
    notes: stop.notes,
    require_proof: PROOF_KINDS.filter((kind) => required.has(kind)),
    parcels: stop.parcels.map(parcelJson),
  };
}

const NO_ADDRESS = { lines: [], postalCode: null, city: null, country: null };

function parcelJson(parcel: RouteParcel) {
  return {
    shipment_id: parcel.shipmentId,
    tracking_number: parcel.trackingNumber,
    status: parcel.status,
    sub_status: parcel.subStatus,
    state: parcel.state,
    require_proof: parcel.requireProof,
    pieces: parcel.pieces,
    weight_g: parcel.weightG,
    order_id: parcel.orderId,
    recipient: parcel.recipient,
    attempts: parcel.attempts,
    pickup: parcel.from && addressJson(parcel.from),
  };
}

function addressJson({ lines, postalCode, city, country }: ParcelAddress) {
  return { lines, postal_code: postalCode, city, country };
}

export function noticeJson(notice: RouteNotice) {
  return {
    id: notice.id,
    at: iso(notice.atMs),
    kind: notice.kind === 'taken_off' ? 'removed' : notice.kind,
    tracking_number: notice.trackingNumber,
    date: notice.wantedOn,
    courier_name: notice.colleague,
  };
}

/** The text of a notice in its reader's language. */
function noticeIn(language: Language, notice: RouteNotice): string {
  const { notices, nobody } = messagesIn(language).driverNotices;
  return notices[notice.kind]({
    number: notice.trackingNumber,
    date: notice.wantedOn === null ? '' : dayIn(language, notice.wantedOn),
    courier: notice.colleague ?? nobody,
  });
}

/** `12 March`, in the given language. */
function dayIn(language: Language, date: string): string {
  const format = dateFormat(localeOf(language), {
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  });
  return format.format(new Date(`${date}T00:00:00Z`));
}
