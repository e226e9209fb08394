import { z } from 'zod';
import {
  jsonAnswer,
  jsonOf,
  localTime,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
  type VisibleEvent,
  type VisibleInstance,
} from '../../sandbox-kit/index.ts';
import { errorAnswer, errorOf, numberError } from './errors.ts';

/** Maximum of numbers in a call (a public client quoting the 3.2 description). */
const NUMBERS_MAX = 35;
/** The schema of a request. It is strict: an undocumented member makes the whole request fail. */
const REQUEST = z
  .array(
    z.strictObject({
      trackingNumber: z.string().regex(/^[A-Za-z0-9]{5,34}$/),
      destinationZIPCode: z
        .string()
        .regex(/^\d{5}$/)
        .optional(),
      mailingDate: z.iso.date().optional(),
    }),
  )
  .min(1)
  .max(NUMBERS_MAX);

type Found =
  | { readonly ok: true; readonly element: object }
  | ({ readonly ok: false; readonly number: string } & ReturnType<typeof numberError>);

/**
 * Answers `POST /tracking/v3r2/tracking`: an array in, an array out, 207 when some failed. A single
 * number that fails is answered as in v3, with an error for the whole.
 */
export function answerTrack(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const isJson = (request.headers['content-type'] ?? '').startsWith('application/json');
  const read = REQUEST.safeParse(jsonOf(request));
  if (!isJson || !read.success) return errorAnswer('malformed', request);
  const found = read.data.map(({ trackingNumber }) => answerFor(trackingNumber, world));
  const [first] = found;
  if (found.length === 1 && first?.ok === false) {
    return errorOf(first.status, first.error, request);
  }
  const elements = found.map((each) =>
    each.ok
      ? each.element
      : { trackingNumber: each.number, statusCode: String(each.status), error: each.error },
  );
  return jsonAnswer(found.every(({ ok }) => ok) ? 200 : 207, elements);
}

/** The newest instance that was scanned; for a number without scans, why it has no data. */
function answerFor(number: string, world: SandboxWorld): Found {
  const lives = world.parcel(number)?.lives ?? [];
  const shown = lives.findLast(({ events }) => events.length > 0);
  const refusal = lives.length === 0 ? '150002' : refusalOf(lives);
  if (shown !== undefined && refusal === null) {
    return { ok: true, element: detailOf(number, shown) };
  }
  return { ok: false, number, ...numberError(refusal ?? '150001') };
}

function refusalOf(lives: readonly VisibleInstance[]): string | null {
  return lives.at(-1)?.details['refused'] ?? null;
}

/** Limit of listed events, which are the newest first (USPS OpenAPI 3.2.6). */
const EVENTS_MAX = 99;
/** The zone of events without a place, which are computed. */
const ZONE = 'America/Chicago';

/**
 * Makes one element of a v3r2 answer, with the members and oddities of public answers: flags as
 * text, markup in `mailClass`, no zone on `eventTimestamp`. `events` is how many are shown.
 */
export function detailOf(number: string, life: VisibleInstance, events = EVENTS_MAX) {
  const [newest, ...older] = [...life.events].reverse();
  const { origin, destination } = life;
  return {
    trackingNumber: number,
    status: newest?.text ?? '',
    statusCategory: categoryOf(newest),
    statusSummary: summaryOf(newest),
    mailClass: `${life.service}<SUP>&#153;</SUP>`,
    mailType: 'DM',
    services: ['USPS Tracking<SUP>&#174;</SUP>'],
    serviceTypeCode: '001',
    tableCode: 'T',
    uniqueMailPieceID: String(Number.parseInt(life.seed.slice(0, 7), 16)).padStart(9, '1'),
    mailPieceIntakeDate: intakeOf(life),
    proofOfDeliveryEnabled: 'false',
    emailEnabled: 'true',
    restoreEnabled: 'false',
    originCity: origin.city,
    originState: origin.region,
    originZIPCode: origin.postalCode,
    originCountry: null,
    destinationCity: destination.city,
    destinationState: destination.region,
    destinationZIPCode: destination.postalCode,
    destinationCountryCode: destination.country,
    deliveryDateExpectation: expectationOf(life),
    trackingEvents: (newest === undefined ? [] : [newest, ...older])
      .slice(0, Math.min(events, EVENTS_MAX))
      .map(eventOf),
  };
}

function eventOf(event: VisibleEvent) {
  const { place } = event;
  const isBuilding = place?.facility !== undefined;
  return {
    eventType: event.text,
    eventCode: event.codes['code'] ?? '',
    ...timesOf(event),
    eventCity: isBuilding ? place.facility : (place?.city ?? null),
    eventState: isBuilding ? null : (place?.region ?? null),
    eventZIPCode: isBuilding ? null : (place?.postalCode ?? null),
    eventCountry: null,
    firm: null,
    recipientName: null,
    actionCode: null,
    reasonCode: null,
  };
}

/**
 * The times of an event: local time in whole minutes, without a zone. `GMTTimestamp` has the time
 * of UTC with the local date, as in captured answers, so that it is a day early each evening.
 * Labels and partners have neither GMT member.
 */
function timesOf(event: VisibleEvent) {
  const local = localTime(event.atMs, event.place?.zone ?? ZONE);
  const eventTimestamp = `${local.date}T${local.time.slice(0, 5)}:00`;
  if (event.details['gmt'] === 'none') {
    return { eventTimestamp, GMTTimestamp: null, GMTOffset: null };
  }
  const utc = new Date(event.atMs).toISOString().slice(11, 19);
  const offset = event.details['offset'] === 'short' ? local.offset.replace('0', '') : local.offset;
  return { eventTimestamp, GMTTimestamp: `${local.date}T${utc}Z`, GMTOffset: offset };
}

const CATEGORIES: Readonly<Record<string, string>> = {
  GX: 'Pre-Shipment',
  MA: 'Pre-Shipment',
  '80': 'Pre-Shipment',
  '03': 'Accepted',
  '07': 'Processing at Destination',
  OF: 'Out for Delivery',
  '01': 'Delivered',
  '55': 'Delivery Attempt',
  '56': 'Delivery Attempt',
  '16': 'Available for Pickup',
  '21': 'Alert',
  '09': 'Alert',
};

function categoryOf(event: VisibleEvent | undefined): string {
  return CATEGORIES[event?.codes['code'] ?? ''] ?? 'In Transit';
}

function summaryOf(event: VisibleEvent | undefined): string {
  if (event === undefined) return '';
  const { place } = event;
  const where = place === null ? '' : ` in ${place.city}, ${place.region} ${place.postalCode}`;
  return `Your item: ${event.text}${where}.`;
}

function intakeOf({ startedAtMs, origin }: VisibleInstance): string {
  const { date, time } = localTime(startedAtMs, origin.zone);
  return `${date} ${time}.000000`;
}

/** The expected delivery: a date at the destination; a window is two local times in words. */
function expectationOf({ estimate, destination, events }: VisibleInstance) {
  if (estimate === null || events.some(({ codes }) => codes['code'] === '01')) return null;
  const from = localTime(estimate.atMs, destination.zone);
  const to = estimate.untilMs === null ? null : localTime(estimate.untilMs, destination.zone);
  return {
    expectedDeliveryDate: from.date,
    predictedDeliveryDate: to === null ? null : from.date,
    predictedDeliveryWindowStartTime: to === null ? null : inWords(from.time),
    predictedDeliveryWindowEndTime: to === null ? null : inWords(to.time),
    guaranteedDeliveryDate: null,
    endOfDay: null,
  };
}

/** Writes a time in words: `13:15:00` → `1:15 pm`. */
function inWords(time: string): string {
  const hour = Number(time.slice(0, 2));
  return `${hour % 12 === 0 ? 12 : hour % 12}:${time.slice(3, 5)} ${hour < 12 ? 'am' : 'pm'}`;
}
