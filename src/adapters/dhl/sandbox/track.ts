import { definedOnly } from '../../../kernel/defined-only.ts';
import {
  jsonAnswer,
  localTime,
  type SandboxAnswer,
  type SandboxPlace,
  type SandboxRequest,
  type SandboxWorld,
  samplePdf,
  type VisibleEvent,
  type VisibleInstance,
} from '../../sandbox-kit/index.ts';
import { myDhlProblem, problem } from './problems.ts';

const LIMIT = 5;
const NUMBER = /^[A-Za-z0-9-]{5,64}$/;

/**
 * Answers `GET /track/shipments`: one number, and all shipments that have it, five a page. Without
 * `service`, the first network that knows the number answers, and the others are only named.
 */
export function answerTrack(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const { query } = request;
  const number = query.get('trackingNumber') ?? '';
  const offset = figure(query.get('offset'), 0);
  const limit = figure(query.get('limit'), LIMIT);
  if (!NUMBER.test(number) || offset === null || limit === null) {
    return problem('noNumber', request);
  }
  const service = query.get('service');
  const known = [...(world.parcel(number)?.lives ?? [])].filter(({ events }) => events.length > 0);
  const found = known.filter((life) =>
    service === null ? !isSecondNetwork(life) : life.service === service,
  );
  const page = found.slice(offset, offset + limit);
  if (page.length === 0) return problem('notFound', request);
  const others = service === null ? known.filter(isSecondNetwork) : [];
  return jsonAnswer(
    200,
    {
      ...pagesOf(number, offset, limit, found.length),
      shipments: page.map((life) => shipmentOf(number, life, query.get('recipientPostalCode'))),
      ...(others.length === 0
        ? {}
        : {
            possibleAdditionalShipmentsUrl: others.map(
              (life) => `/shipments?trackingNumber=${number}&service=${life.service}`,
            ),
          }),
    },
    { 'content-language': 'en' },
  );
}

/** Whether the shipment is of a network that answers only when it is named. */
function isSecondNetwork({ details }: VisibleInstance): boolean {
  return details['network'] === 'second';
}

/** The URLs of pages, with the second question mark of DHL's own example. */
function pagesOf(number: string, offset: number, limit: number, total: number) {
  if (total <= limit) return {};
  const at = (from: number) => `/shipments?trackingNumber=${number}?offset=${from}&limit=${limit}`;
  const last = Math.floor((total - 1) / limit) * limit;
  return {
    url: at(offset),
    firstUrl: at(0),
    lastUrl: at(last),
    ...(offset > 0 ? { prevUrl: at(Math.max(0, offset - limit)) } : {}),
    ...(offset < last ? { nextUrl: at(offset + limit) } : {}),
  };
}

function figure(text: string | null, otherwise: number): number | null {
  if (text === null) return otherwise;
  return /^\d{1,4}$/.test(text) ? Number(text) : null;
}

const BERLIN = 'Europe/Berlin';
/** The state of a whole Express shipment, by its coarse code (status_1.csv). */
const EXPRESS_LEVELS: Readonly<Record<string, string>> = {
  delivered: '101',
  transit: '102',
  failure: '103',
  'pre-transit': '104',
};

/**
 * One element of `shipments[]`, by the rules of its service: where the code is, and how a time and
 * a place are written. `postalCode` is the recipient's, if the caller knows it; without it Parcel
 * DE omits places.
 */
export function shipmentOf(number: string, life: VisibleInstance, postalCode: string | null) {
  const events = [...life.events].reverse();
  const [newest] = events;
  const isShown = life.service !== 'parcel-de' || postalCode === life.destination.postalCode;
  const shown = events.map((event) => eventOf(event, life, isShown));
  const [status] = shown;
  const level = EXPRESS_LEVELS[newest?.codes['statusCode'] ?? ''];
  return {
    id: number,
    service: life.service,
    origin: placeOf(life.origin, life.service, isShown),
    destination: placeOf(life.destination, life.service, isShown),
    status:
      life.service === 'express' && status !== undefined && level !== undefined
        ? { ...status, status: level }
        : status,
    ...estimateOf(life),
    ...(life.service === 'parcel-de' ? { returnFlag: isReturning(life) } : {}),
    serviceUrl: `https://www.dhl.com/de-en/home/tracking.html?tracking-id=${number}`,
    details: detailsOf(life),
    events: shown,
  };
}

function eventOf(event: VisibleEvent, life: VisibleInstance, isShown: boolean) {
  const { place, details } = event;
  const servicePoint = details['servicePoint'];
  const location =
    place === null
      ? {}
      : {
          location: {
            ...placeOf(place, life.service, isShown),
            ...(servicePoint === undefined
              ? {}
              : { servicePoint: { url: 'https://www.dhl.de/', label: servicePoint } }),
          },
        };
  return {
    timestamp: timestampOf(event, life),
    ...location,
    statusCode: event.codes['statusCode'] ?? 'unknown',
    ...definedOnly({ status: event.codes['status'] }),
    description: event.text,
    ...(life.service === 'parcel-de' ? { remark: event.text } : {}),
    ...(details['pieces'] === undefined ? {} : { pieceIds: details['pieces'].split(' ') }),
  };
}

/** An event's time: Express writes it with its offset, the other services as local time. */
function timestampOf(event: VisibleEvent, life: VisibleInstance): string {
  const zone = life.service === 'parcel-de' ? BERLIN : zoneOf(event, life);
  const { date, time, offset } = localTime(event.atMs, zone);
  return `${date}T${time}${life.service === 'express' ? offset : ''}`;
}

function zoneOf({ place }: VisibleEvent, { origin }: VisibleInstance): string {
  return place?.zone ?? origin.zone;
}

const COUNTRIES: Readonly<Record<string, string>> = {
  DE: 'GERMANY',
  ES: 'SPAIN',
  NL: 'NETHERLANDS',
  US: 'USA',
};

/**
 * An event's place: "LEIPZIG - GERMANY" without a code, "Austin, TX, US" with one, or only a
 * country.
 */
function placeOf(place: SandboxPlace, service: string, isShown: boolean) {
  const { city, region, postalCode, country } = place;
  if (service === 'express') {
    return {
      address: { addressLocality: `${city.toUpperCase()} - ${COUNTRIES[country] ?? country}` },
    };
  }
  if (!isShown) return { address: { countryCode: country } };
  const addressLocality = service === 'ecommerce' ? `${city}, ${region}, ${country}` : city;
  return { address: { countryCode: country, postalCode, addressLocality } };
}

function estimateOf({ estimate, destination, service, events }: VisibleInstance) {
  if (estimate === null || events.some(({ codes }) => codes['statusCode'] === 'delivered')) {
    return {};
  }
  const from = localTime(estimate.atMs, destination.zone);
  if (service === 'parcel-de') return { estimatedTimeOfDelivery: from.date };
  if (estimate.untilMs === null) {
    return {
      estimatedTimeOfDelivery: `${from.date}T23:59:00`,
      estimatedTimeOfDeliveryRemark: 'By End of Day',
    };
  }
  const to = localTime(estimate.untilMs, destination.zone);
  return {
    estimatedDeliveryTimeFrame: {
      estimatedFrom: `${from.date}T${from.time}`,
      estimatedThrough: `${to.date}T${to.time}`,
    },
  };
}

function isReturning({ events }: VisibleInstance): boolean {
  return events.some(({ details }) => details['returning'] === 'true');
}

function detailsOf(life: VisibleInstance) {
  const delivered = life.events.find(({ codes }) => codes['status'] === 'OK');
  const partner = life.details['partnerNumber'];
  const pieceIds = life.details['pieces']?.split(' ');
  return {
    product: { productName: life.details['product'] ?? 'UNKNOWN - Product unknown' },
    ...(delivered === undefined
      ? {}
      : {
          proofOfDelivery: {
            timestamp: timestampOf(delivered, life),
            documentUrl: 'https://webpod.dhl.com/webPOD/DHLePODRequest',
            signed: { '@type': 'Person', name: delivered.details['signedBy'] ?? 'Delivered' },
          },
        }),
    ...(pieceIds === undefined ? {} : { totalNumberOfPieces: life.pieces, pieceIds }),
    weight: { value: life.weightG / 1_000, unitText: 'kg' },
    ...(partner === undefined
      ? {}
      : { references: [{ number: partner, type: 'local-tracking-number' }] }),
  };
}

export const MY_DHL_PATH = '/mydhlapi/';
const PROOF = /^\/mydhlapi\/(?:test\/)?shipments\/(\d{10})\/proof-of-delivery$/;

/**
 * Answers `GET /shipments/{number}/proof-of-delivery` with one page of PDF as Base64, for Express
 * only.
 */
export function answerProof(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const number = PROOF.exec(request.path)?.[1];
  if (request.method !== 'GET' || number === undefined) {
    return myDhlProblem(404, 'Not Found', 'No such resource', request);
  }
  const life = world.parcel(number)?.lives.findLast(({ service }) => service === 'express');
  const delivered = life?.events.find(({ codes }) => codes['status'] === 'OK');
  if (delivered === undefined) {
    return myDhlProblem(404, 'Not data found', 'No data found', request);
  }
  const page = samplePdf([
    'Proof of delivery (sandbox)',
    `Waybill ${number}`,
    `Signed by ${delivered.details['signedBy'] ?? ''}`,
    new Date(delivered.atMs).toISOString(),
  ]);
  return jsonAnswer(200, {
    documents: [
      {
        encodingFormat: 'PDF',
        content: Buffer.from(page).toString('base64'),
        typeCode: 'POD',
      },
    ],
  });
}
