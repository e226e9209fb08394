import {
  HOUR_MS,
  type SandboxPlace,
  type ScenarioEvent,
  type ScenarioInstance,
} from '../../../adapter-kit/sandbox.ts';

const place = (
  city: string,
  region: string,
  postalCode: string,
  country: string,
  zone: string,
): SandboxPlace => ({ city, region, postalCode, country, zone });

export const MADRID = place('Madrid', '', '28042', 'ES', 'Europe/Madrid');
export const LEIPZIG = place('Leipzig', 'SN', '04435', 'DE', 'Europe/Berlin');
export const BONN = place('Bonn', 'NW', '53113', 'DE', 'Europe/Berlin');
export const CINCINNATI = place('Cincinnati', 'OH', '45275', 'US', 'America/New_York');
export const AUSTIN = place('Austin', 'TX', '78701', 'US', 'America/Chicago');
export const NEW_YORK = place('New York', 'NY', '10001', 'US', 'America/New_York');

type More = Partial<Omit<ScenarioEvent, 'codes' | 'happensMs'>>;

/** What a scan says: the coarse code of Unified, its own in the service's dialect, its words. */
type Words = Readonly<Record<string, readonly [statusCode: string, text: string]>>;

/** Checkpoints of Express (MyDHL API 3.1.1), found in `status` since 2024/25. */
const EXPRESS = {
  SA: ['pre-transit', 'Shipment accepted'],
  PU: ['transit', 'Shipment picked up'],
  RR: ['transit', 'Customs clearance status updated'],
  AF: ['transit', 'Arrived at DHL Sort Facility'],
  DF: ['transit', 'Shipment has departed from a DHL facility'],
  AR: ['transit', 'Arrived at DHL Delivery Facility'],
  WC: ['transit', 'Shipment is out with courier for delivery'],
  CD: ['failure', 'Customs clearance delay'],
  CR: ['transit', 'Clearance processing complete'],
  NH: ['failure', 'Delivery attempted; recipient not home'],
  CC: ['transit', 'Available for pickup at a DHL ServicePoint'],
  RT: ['failure', 'Returned to shipper'],
  OK: ['delivered', 'Delivered'],
} as const satisfies Words;

/** Standard events of Parcel DE, found in `status` since April 2024. */
const PARCEL_DE = {
  VA: ['pre-transit', 'The instruction data has been provided electronically'],
  ES: ['transit', 'The shipment has been posted by the sender'],
  AA: ['transit', 'The shipment has been processed in the parcel center of origin'],
  EE: ['transit', 'The shipment arrived in the region of the recipient'],
  PO: ['transit', 'The shipment has been loaded onto the delivery vehicle'],
  ZN: ['failure', 'The recipient could not be met'],
  ZF: ['transit', 'The shipment is ready for pick-up at the PACKSTATION'],
  BV: ['failure', 'The shipment could not be processed'],
  ZU: ['delivered', 'The shipment has been successfully delivered'],
} as const satisfies Words;

/** Texts of eCommerce Americas, which stand in `status` in capitals (status_1.csv). */
const ECOMMERCE: Words = {
  'LABEL CREATED': ['pre-transit', 'LABEL CREATED'],
  'PACKAGE RECEIVED AT DHL ECOMMERCE DISTRIBUTION CENTER': [
    'transit',
    'PACKAGE RECEIVED AT DHL ECOMMERCE DISTRIBUTION CENTER',
  ],
  'ARRIVED USPS SORT FACILITY': ['transit', 'ARRIVED USPS SORT FACILITY'],
  'OUT FOR DELIVERY': ['transit', 'OUT FOR DELIVERY'],
  'NO ONE HOME': ['failure', 'NO ONE HOME'],
  DELIVERED: ['delivered', 'DELIVERED'],
};

function scan(
  words: readonly [string, string] | undefined,
  status: string,
  hours: number,
  at: SandboxPlace | null,
  more: More,
): ScenarioEvent {
  const [statusCode, text] = words ?? ['unknown', status];
  const happensMs = Math.round(hours * HOUR_MS);
  return { codes: { status, statusCode }, text, place: at, happensMs, ...more };
}

/** One scan of Express, `hours` after the beginning. */
export function express(
  hours: number,
  status: keyof typeof EXPRESS,
  at: SandboxPlace | null,
  more: More = {},
): ScenarioEvent {
  return scan(EXPRESS[status], status, hours, at, more);
}

export function parcelDe(
  hours: number,
  status: keyof typeof PARCEL_DE,
  at: SandboxPlace | null,
  more: More = {},
): ScenarioEvent {
  return scan(PARCEL_DE[status], status, hours, at, more);
}

export function ecommerce(
  hours: number,
  status: string,
  at: SandboxPlace | null,
  more: More = {},
): ScenarioEvent {
  return scan(ECOMMERCE[status], status, hours, at, more);
}

/** An Express parcel from Madrid to Bonn. */
export function expressInstance(
  events: readonly ScenarioEvent[],
  more: Partial<ScenarioInstance> = {},
): ScenarioInstance {
  return {
    service: 'express',
    origin: MADRID,
    destination: BONN,
    weightG: 1_200,
    estimates: [
      { visibleMs: 6 * HOUR_MS, atMs: 27 * HOUR_MS },
      { visibleMs: 22 * HOUR_MS, atMs: 25 * HOUR_MS, windowMs: 4 * HOUR_MS },
    ],
    events,
    ...more,
    details: { product: 'EXPRESS WORLDWIDE', ...more.details },
  };
}

/** A domestic parcel from Leipzig to Bonn. */
export function parcelDeInstance(
  events: readonly ScenarioEvent[],
  more: Partial<ScenarioInstance> = {},
): ScenarioInstance {
  return {
    service: 'parcel-de',
    origin: LEIPZIG,
    destination: BONN,
    weightG: 2_400,
    estimates: [{ visibleMs: 12 * HOUR_MS, atMs: 38 * HOUR_MS }],
    events,
    ...more,
    details: { product: 'DHL PAKET', ...more.details },
  };
}

/** A light parcel from Cincinnati to Austin, the last mile by the post. */
export function ecommerceInstance(
  events: readonly ScenarioEvent[],
  more: Partial<ScenarioInstance> = {},
): ScenarioInstance {
  return {
    service: 'ecommerce',
    origin: CINCINNATI,
    destination: AUSTIN,
    weightG: 450,
    events,
    ...more,
    details: { product: 'DHL SmartMail Parcel Expedited', ...more.details },
  };
}

/** The beginning most scenarios share; each stops where its own begins. */
export const PICKED_UP = [
  // "Customs status updated" is stamped before the pickup, and says nothing.
  express(0, 'RR', BONN),
  express(1.3, 'PU', MADRID),
];
export const FLYING = [
  ...PICKED_UP,
  express(4.2, 'AF', MADRID),
  express(6.9, 'DF', MADRID),
  express(12.4, 'AF', LEIPZIG),
  express(15.1, 'DF', LEIPZIG),
];
export const WITH_COURIER = [...FLYING, express(21.6, 'AR', BONN), express(22.7, 'WC', BONN)];
export const DELIVERED = [
  ...WITH_COURIER,
  express(26.2, 'OK', BONN, { details: { signedBy: 'A. EXAMPLE' } }),
];
export const PARCEL_ON_VEHICLE = [
  parcelDe(0, 'VA', LEIPZIG),
  parcelDe(6, 'ES', LEIPZIG),
  parcelDe(9.5, 'AA', LEIPZIG),
  parcelDe(29, 'EE', BONN),
  parcelDe(33.2, 'PO', BONN),
];
