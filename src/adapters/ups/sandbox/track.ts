import { definedOnly } from '../../../kernel/defined-only.ts';
import {
  jsonAnswer,
  localTime,
  SAMPLE_GIF,
  SAMPLE_PNG,
  type SandboxAnswer,
  type SandboxPlace,
  type SandboxRequest,
  type SandboxWorld,
  samplePdf,
  type VisibleEvent,
  type VisibleInstance,
} from '../../sandbox-kit/index.ts';
import { errorAnswer } from './errors.ts';

export const TRACK_PATH = /^\/api\/track\/v1\/details\/([^/]+)$/;
const NUMBER = /^[A-Za-z0-9]{7,34}$/;
/** UPS's retention, after which parcels are unknown (Tracking.yaml). */
const RETENTION_MS = 120 * 86_400_000;

/**
 * Answers `GET /api/track/v1/details/{inquiryNumber}`: one number, with the packages of its
 * shipment. "Not found" is mostly a warning in an answer of 200, and sometimes a 404, as
 * documented.
 */
export function answerTrack(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const number = TRACK_PATH.exec(request.path)?.[1] ?? '';
  if (!NUMBER.test(number)) return errorAnswer('invalidNumber');
  const lives = (world.parcel(number)?.lives ?? []).filter(
    ({ events }) => (events.at(-1)?.atMs ?? 0) > world.nowMs - RETENTION_MS,
  );
  if (lives.some(({ details }) => details['missing'] === '404')) return errorAnswer('notFound');
  const wanted = wantedOf(request.query);
  const shipment = [...lives]
    .reverse()
    .map((life) => ({ inquiryNumber: number, package: packagesOf(number, life, wanted) }));
  return jsonAnswer(200, {
    trackResponse: { shipment: shipment.length > 0 ? shipment : [notFound(number)] },
  });
}

function notFound(inquiryNumber: string) {
  const warnings = [{ code: 'TW0001', message: 'Tracking Information Not Found' }];
  return { inquiryNumber, warnings };
}

/** Reads which proofs are requested. Flags are texts, and `false` when they are left out. */
function wantedOf(query: URLSearchParams): Wanted {
  return {
    signature: query.get('returnSignature') === 'true',
    proof: query.get('returnPOD') === 'true',
  };
}

/**
 * The packages of an answer. A sibling in the same shipment is listed first, and is one scan
 * behind.
 */
function packagesOf(number: string, life: VisibleInstance, wanted: Wanted) {
  const own = packageOf(number, life, wanted);
  const sibling = life.details['sibling'];
  if (sibling === undefined) return [own];
  return [packageOf(sibling, { ...life, events: life.events.slice(0, -1) }, wanted), own];
}

interface Wanted {
  readonly signature: boolean;
  readonly proof: boolean;
}

const GRAMS_PER_POUND = 453.592_37;

/**
 * One package of a response, modelled on Tracking.yaml and on responses in UPS's Postman collection
 * and in
 * public clients' test data: `currentStatus.code` has three digits, descriptions end in blanks, and
 * GMT times have three forms.
 */
function packageOf(number: string, life: VisibleInstance, wanted: Wanted) {
  // Events that only Track Alert reports never appear in a poll's response.
  const events = life.events.filter(({ codes }) => codes['type'] !== 'U').reverse();
  const [newest] = events;
  const delivered = events.find(({ codes }) => codes['status3'] === '011');
  return {
    trackingNumber: number,
    deliveryDate: datesOf(life, delivered),
    ...timesOf(life, delivered),
    activity: events.map(activityOf),
    ...(newest === undefined ? {} : { currentStatus: currentOf(newest) }),
    packageAddress: [
      { type: 'ORIGIN', address: addressOf(life.origin) },
      { type: 'DESTINATION', name: '', attentionName: '', address: addressOf(life.destination) },
    ],
    weight: { unitOfMeasurement: 'LBS', weight: (life.weightG / GRAMS_PER_POUND).toFixed(2) },
    service: { code: '518', description: life.service, levelCode: '011' },
    referenceNumber: [{ type: 'SHIPMENT', number: `REF-${life.seed.slice(0, 6)}` }],
    ...(delivered === undefined ? {} : { deliveryInformation: proofOf(delivered, number, wanted) }),
    ...accessPointOf(newest),
    packageCount: life.pieces,
  };
}

function activityOf(event: VisibleEvent) {
  const { place, codes } = event;
  return {
    location:
      place === null
        ? { address: { countryCode: 'US', country: 'US' } }
        : {
            address: addressOf(place),
            ...definedOnly({ slic: place.facility }),
          },
    status: {
      type: codes['type'] ?? '',
      description: `${event.text} `,
      ...definedOnly({ code: codes['code'] }),
      statusCode: codes['status3'] ?? '',
    },
    ...clocksOf(event),
  };
}

/**
 * The times of an event. Real answers have colons; the description's own example has lost its
 * leading zero.
 */
function clocksOf(event: VisibleEvent) {
  const local = localTime(event.atMs, event.place?.zone ?? 'America/New_York');
  const utc = new Date(event.atMs).toISOString();
  const [gmtDay, gmtClock] = [utc.slice(0, 10).replaceAll('-', ''), utc.slice(11, 19)];
  const own = { date: local.date.replaceAll('-', ''), time: local.time.replaceAll(':', '') };
  switch (event.details['clock']) {
    case 'local only':
      return own;
    case 'digits':
      return {
        ...own,
        gmtDate: gmtDay,
        gmtOffset: local.offset,
        gmtTime: String(Number(gmtClock.replaceAll(':', ''))),
      };
    default:
      return { ...own, gmtDate: gmtDay, gmtOffset: local.offset, gmtTime: gmtClock };
  }
}

function currentOf({ codes, text }: VisibleEvent) {
  return { description: text, code: codes['status3'] ?? '', simplifiedTextDescription: text };
}

function datesOf(
  { estimate, destination, details }: VisibleInstance,
  delivered: VisibleEvent | undefined,
) {
  const day = (atMs: number) => localTime(atMs, destination.zone).date.replaceAll('-', '');
  if (delivered !== undefined) return [{ type: 'DEL', date: day(delivered.atMs) }];
  if (estimate === null) return [];
  return [{ type: details['rescheduled'] === 'true' ? 'RDD' : 'SDD', date: day(estimate.atMs) }];
}

/** The delivery times, in local time of the destination without an offset. */
function timesOf({ estimate, destination }: VisibleInstance, delivered: VisibleEvent | undefined) {
  const clock = (atMs: number) => localTime(atMs, destination.zone).time.replaceAll(':', '');
  if (delivered !== undefined) {
    return { deliveryTime: { type: 'DEL', endTime: clock(delivered.atMs) } };
  }
  if (estimate === null) return {};
  if (estimate.untilMs === null) return { deliveryTime: { type: 'EOD' } };
  return {
    deliveryTime: {
      type: 'EDW',
      startTime: clock(estimate.atMs),
      endTime: clock(estimate.untilMs),
    },
  };
}

/** The proofs as images in Base64, for callers who requested them and have access. */
function proofOf(delivered: VisibleEvent, number: string, wanted: Wanted) {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const receivedBy = delivered.details['receivedBy'] ?? 'DRIVER RELEASE';
  const letter = () =>
    samplePdf(['Proof of delivery (sandbox)', `Number ${number}`, `Received by ${receivedBy}`]);
  return {
    location: delivered.details['leftAt'] ?? 'Front Door',
    receivedBy,
    ...(wanted.signature ? { signature: { image: base64(SAMPLE_GIF) } } : {}),
    ...(wanted.proof
      ? {
          pod: { content: base64(letter()) },
          deliveryPhoto: {
            isNonPostalCodeCountry: false,
            photo: base64(SAMPLE_PNG),
            photoCaptureInd: 'Y',
            photoDispositionCode: 'V',
          },
        }
      : {}),
  };
}

function accessPointOf(newest: VisibleEvent | undefined) {
  if (newest?.codes['code'] !== '2Q') return {};
  const WEEK_MS = 7 * 86_400_000;
  const { date } = localTime(newest.atMs + WEEK_MS, newest.place?.zone ?? 'America/New_York');
  return { accessPointInformation: { pickupByDate: date.replaceAll('-', '') } };
}

function addressOf({ city, region, postalCode, country }: SandboxPlace) {
  return {
    city,
    stateProvince: region,
    ...(postalCode === '' ? {} : { postalCode }),
    countryCode: country,
    country,
  };
}
