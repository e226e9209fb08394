import {
  HOUR_MS,
  type SandboxPlace,
  type ScenarioEvent,
  type ScenarioInstance,
} from '../../../adapter-kit/sandbox.ts';
import * as at from './places.ts';

/** What the tables of the API Reference Guide call each scan, and where it is made. */
const SCANS = {
  OC: ['Shipment information sent to FedEx', 'CUSTOMER'],
  PU: ['Picked up', 'PICKUP_LOCATION'],
  DO: ['Dropped off', 'FEDEX_OFFICE_LOCATION'],
  OF: ['At FedEx origin facility', 'ORIGIN_FEDEX_FACILITY'],
  AR: ['Arrived at FedEx location', 'FEDEX_FACILITY'],
  AF: ['At local FedEx facility', 'DESTINATION_FEDEX_FACILITY'],
  SF: ['At destination sort facility', 'SORT_FACILITY'],
  DP: ['Departed FedEx location', 'FEDEX_FACILITY'],
  IT: ['In transit', 'FEDEX_FACILITY'],
  OD: ['On FedEx vehicle for delivery', 'VEHICLE'],
  DE: ['Delivery exception', 'VEHICLE'],
  SE: ['Shipment exception', 'FEDEX_FACILITY'],
  DL: ['Delivered', 'DELIVERY_LOCATION'],
  HP: ['Ready for recipient pickup', 'FEDEX_ONSITE'],
  RS: ['Returning package to shipper', 'FEDEX_FACILITY'],
  CA: ['Shipment cancelled by sender', 'CUSTOMER'],
  CD: ['Clearance delay - Import', 'CUSTOMS_BROKER'],
  CC: ['International shipment release - Import', 'CUSTOMS_BROKER'],
} as const;
export type Scan = keyof typeof SCANS;

const EXCEPTIONS: Readonly<Record<string, string>> = {
  '007': 'Customer not available or business closed',
  '03': 'Incorrect address',
  '083': 'Local delivery restriction',
  '37': 'Damaged, rewrapped in hub',
  '099': 'Unable to deliver shipment',
  '060G': 'Shipper requested return',
  '015A': 'Package available for pickup',
  A25: 'Package available for clearance',
};

/** One scan, `hours` after the label. */
export function scan(
  hours: number,
  code: Scan,
  place: SandboxPlace | null,
  more: Partial<Omit<ScenarioEvent, 'codes' | 'happensMs'>> & { readonly exception?: string } = {},
): ScenarioEvent {
  const [text, locationType] = SCANS[code];
  const { exception, details, ...rest } = more;
  const exceptionText = exception === undefined ? '' : (EXCEPTIONS[exception] ?? '');
  return {
    codes: { event: code, ...(exception === undefined ? {} : { exception }) },
    text,
    place,
    happensMs: Math.round(hours * HOUR_MS),
    ...rest,
    details: { locationType, exceptionText, ...details },
  };
}

/** A ground parcel from Spokane to Norton, of which these scans are made. */
export function ground(
  events: readonly ScenarioEvent[],
  more: Partial<ScenarioInstance> = {},
): ScenarioInstance {
  return {
    service: 'FEDEX_GROUND',
    origin: at.SPOKANE,
    destination: at.NORTON,
    weightG: 9_750,
    estimates: [
      { visibleMs: 20 * HOUR_MS, atMs: 92 * HOUR_MS },
      { visibleMs: 80 * HOUR_MS, atMs: 90 * HOUR_MS, windowMs: 4 * HOUR_MS },
    ],
    events,
    ...more,
    details: { carrierCode: 'FDXG', ...more.details },
  };
}

/** The beginning most scenarios share; each stops where its own begins. */
export const LABEL = [scan(0, 'OC', { ...at.SPOKANE, city: '' })];
export const PICKED_UP = [...LABEL, scan(18, 'PU', at.SPOKANE)];
export const ARRIVED = [...PICKED_UP, scan(22.3, 'AR', at.SPOKANE)];
export const DEPARTED = [...ARRIVED, scan(25.1, 'DP', at.SPOKANE)];
export const CROSSING = [
  ...DEPARTED,
  scan(44, 'AR', at.DENVER),
  scan(46.7, 'DP', at.DENVER),
  scan(68.2, 'AR', at.NASHVILLE),
  scan(71.3, 'DP', at.NASHVILLE),
  scan(76.4, 'IT', at.KNOXVILLE),
];
export const AT_STATION = [...CROSSING, scan(81.1, 'AF', at.KINGSPORT)];
export const ON_VEHICLE = [...AT_STATION, scan(81.9, 'OD', at.KINGSPORT)];
export const DELIVERED = [
  ...ON_VEHICLE,
  scan(90.5, 'DL', at.NORTON, { details: { receivedBy: 'R.OLLINS' } }),
];
