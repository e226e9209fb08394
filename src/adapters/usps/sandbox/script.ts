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

export const AUSTIN = place('AUSTIN', 'TX', '78701', 'America/Chicago');
export const DALLAS = place(
  'DALLAS',
  'TX',
  '75199',
  'America/Chicago',
  'DALLAS TX DISTRIBUTION CENTER',
);
export const PORTLAND = place('PORTLAND', 'OR', '97205', 'America/Los_Angeles');
const PORTLAND_HUB = place(
  'PORTLAND',
  'OR',
  '97230',
  'America/Los_Angeles',
  'PORTLAND OR DISTRIBUTION CENTER',
);

/** Event codes with the words that came with them in public answers, and without GMT members. */
const SCANS = {
  GX: ['Shipping Label Created, USPS Awaiting Item', { gmt: 'none' }],
  '80': ['Picked Up by Shipping Partner, USPS Awaiting Item', { gmt: 'none' }],
  '82': ['Departed Shipping Partner Facility, USPS Awaiting Item', { gmt: 'none' }],
  '03': ['USPS in possession of item', {}],
  '10': ['Arrived at USPS Regional Facility', {}],
  T1: ['Departed USPS Regional Facility', {}],
  NT: ['In Transit to Next Facility', {}],
  '07': ['Arrived at Post Office', {}],
  OF: ['Out for Delivery', {}],
  '01': ['Delivered, In/At Mailbox', {}],
  '56': ['Notice Left (No Authorized Recipient Available)', {}],
  '16': ['Available for Pickup', {}],
  '21': ['No Such Number', {}],
  '09': ['Return to Sender Processed', {}],
} as const;

/** One scan, `hours` after the label. */
export function scan(
  hours: number,
  code: keyof typeof SCANS,
  at: SandboxPlace | null,
  more: Partial<Omit<ScenarioEvent, 'codes' | 'happensMs'>> = {},
): ScenarioEvent {
  const [text, details] = SCANS[code];
  return {
    codes: { code },
    text,
    place: at,
    happensMs: Math.round(hours * HOUR_MS),
    ...more,
    details: { ...details, ...more.details },
  };
}

/** A parcel from Austin to Portland, of which these scans are made. */
export function ground(
  events: readonly ScenarioEvent[],
  more: Partial<ScenarioInstance> = {},
): ScenarioInstance {
  return {
    service: 'USPS Ground Advantage',
    origin: AUSTIN,
    destination: PORTLAND,
    weightG: 900,
    estimates: [
      { visibleMs: 10 * HOUR_MS, atMs: 92 * HOUR_MS },
      { visibleMs: 90 * HOUR_MS, atMs: 96 * HOUR_MS, windowMs: 2 * HOUR_MS },
    ],
    events,
    ...more,
  };
}

/** The beginning most scenarios share; each stops where its own begins. */
export const LABEL = [scan(0, 'GX', AUSTIN)];
export const ACCEPTED = [...LABEL, scan(7.2, '03', AUSTIN)];
export const CROSSING = [
  ...ACCEPTED,
  scan(15.5, '10', DALLAS, { details: { offset: 'short' } }),
  scan(24.6, 'T1', DALLAS),
  scan(50, 'NT', null),
  scan(80.1, '10', PORTLAND_HUB),
];
export const ON_ROUTE = [
  ...CROSSING,
  scan(91.5, '07', PORTLAND),
  // Computed from the scan before, as is usual.
  scan(91.7, 'OF', PORTLAND),
];
export const DELIVERED = [...ON_ROUTE, scan(97.1, '01', PORTLAND)];
