import {
  localTime,
  SAMPLE_GIF,
  SAMPLE_PNG,
  type SandboxPlace,
  samplePdf,
  type VisibleEvent,
  type VisibleInstance,
} from '../../sandbox-kit/index.ts';

export interface Wanted {
  readonly signature: boolean;
  readonly proof: boolean;
}

const GRAMS_A_POUND = 453.592_37;

/**
 * One package of an answer, after Tracking.yaml and answers in UPS's Postman collection and in
 * public clients' test data: `currentStatus.code` has three digits, descriptions end in blanks,
 * and the GMT clock comes in three shapes.
 */
export function packageOf(number: string, life: VisibleInstance, wanted: Wanted) {
  // What only Track Alert tells is in no pull.
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
    weight: { unitOfMeasurement: 'LBS', weight: (life.weightG / GRAMS_A_POUND).toFixed(2) },
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
            ...(place.facility === undefined ? {} : { slic: place.facility }),
          },
    status: {
      type: codes['type'] ?? '',
      description: `${event.text} `,
      ...(codes['code'] === undefined ? {} : { code: codes['code'] }),
      statusCode: codes['status3'] ?? '',
    },
    ...clocksOf(event),
  };
}

/** Live answers have colons; the description's own example has lost its leading zero. */
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

/** Clocks without an offset, at the destination. */
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

/** Images as Base64, for those who asked and may have them. */
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
