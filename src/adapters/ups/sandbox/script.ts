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
  zone: string,
  facility?: string,
): SandboxPlace => ({
  city,
  region,
  postalCode,
  country: 'US',
  zone,
  ...(facility === undefined ? {} : { facility }),
});

export const PARAMUS = place('Paramus', 'NJ', '07652', 'America/New_York', '0761');
export const PARSIPPANY = place('Parsippany', 'NJ', '07054', 'America/New_York', '0799');
export const HODGKINS = place('Hodgkins', 'IL', '60525', 'America/Chicago', '6009');
export const DENVER = place('Commerce City', 'CO', '80022', 'America/Denver', '8009');
export const BOULDER = place('Boulder', 'CO', '80301', 'America/Denver');

/** Activities of the tracking appendix: type, two-character code, three-digit code, words. */
const ACTIVITIES = {
  label: ['M', 'MP', '003', 'Shipper created a label, UPS has not received the package yet.'],
  voided: ['MV', 'VP', '007', 'Manifest cancelled and shipment voided'],
  handedOver: ['I', 'OR', '160', 'We Have Your Package'],
  departed: ['I', 'DP', '005', 'Departed from Facility'],
  arrived: ['I', 'AR', '005', 'Arrived at Facility'],
  onVehicle: ['I', 'OT', '021', 'Out For Delivery Today'],
  // Called "destination scan" today and "out for delivery" in old data.
  atDestination: ['I', 'DS', '072', 'Processing at UPS Facility'],
  weather: ['X', 'EJ', '052', 'Delay - Local Weather'],
  rescheduled: ['U', 'UP', '154', 'Updated Delivery Date'],
  notHome: [
    'X',
    '48',
    '060',
    "The receiver was not available for delivery. We'll make a second attempt the next business day.",
  ],
  // Of type D, and no delivery.
  accessPoint: ['D', '2Q', '161', 'Delivered To UPS Access Point'],
  returning: ['X', 'UF', '035', "We're in the process of returning this package to the sender."],
  returned: ['D', 'B0', '034', 'Returned to the sender'],
  delivered: ['D', 'FS', '011', 'Delivered'],
  // After an intercept by the sender.
  heldForSender: [
    'X',
    '39',
    '018',
    'The sender requested this package be held for pickup at a UPS facility.',
  ],
  heldForPickup: ['D', 'ZQ', '017', 'Held for Customer Pickup'],
  heldForLater: ['X', 'MF', '019', 'This package is being held for a future delivery date.'],
  toOtherAddress: ['X', 'O7', '018', 'Your package will be delivered to an alternate address.'],
} as const;

/** What UPS writes of an activity, whenever and wherever it happens. */
export function activity(name: keyof typeof ACTIVITIES): Pick<ScenarioEvent, 'codes' | 'text'> {
  const [type, code, status3, text] = ACTIVITIES[name];
  return { codes: { type, code, status3 }, text };
}

/** One activity, `hours` after the label. */
export function scan(
  hours: number,
  name: keyof typeof ACTIVITIES,
  at: SandboxPlace | null,
  more: Partial<Omit<ScenarioEvent, 'codes' | 'happensMs'>> = {},
): ScenarioEvent {
  return {
    ...activity(name),
    place: at,
    happensMs: Math.round(hours * HOUR_MS),
    ...more,
  };
}

/** A ground parcel from New Jersey to Colorado, of which these activities are made. */
export function ground(
  events: readonly ScenarioEvent[],
  more: Partial<ScenarioInstance> = {},
): ScenarioInstance {
  return {
    service: 'UPS Ground',
    origin: PARAMUS,
    destination: BOULDER,
    weightG: 907,
    estimates: [
      { visibleMs: 10 * HOUR_MS, atMs: 95 * HOUR_MS },
      { visibleMs: 88 * HOUR_MS, atMs: 92 * HOUR_MS, windowMs: 4 * HOUR_MS },
    ],
    events,
    ...more,
  };
}

/** The beginning most scenarios share; each stops where its own begins. */
export const LABEL = [scan(0, 'label', null)];
export const HANDED_OVER = [...LABEL, scan(8.5, 'handedOver', PARAMUS)];
export const CROSSING = [
  ...HANDED_OVER,
  scan(12.2, 'arrived', PARSIPPANY),
  scan(14.8, 'departed', PARSIPPANY, { details: { clock: 'digits' } }),
  scan(39.1, 'arrived', HODGKINS),
  scan(43.4, 'departed', HODGKINS),
  scan(68.3, 'arrived', DENVER),
];
export const ON_VEHICLE = [...CROSSING, scan(89.2, 'onVehicle', DENVER)];
export const DELIVERED = [
  ...ON_VEHICLE,
  scan(93.7, 'delivered', BOULDER, { details: { receivedBy: 'OLLINS', leftAt: 'Receiver' } }),
];
