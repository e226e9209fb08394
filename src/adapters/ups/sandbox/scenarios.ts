import { DAY_MS, HOUR_MS, type Scenario, scenarioOf } from '../../../adapter-kit/sandbox.ts';
import {
  BOULDER,
  CROSSING,
  DELIVERED,
  DENVER,
  ground,
  HANDED_OVER,
  HODGKINS,
  LABEL,
  ON_VEHICLE,
  PARAMUS,
  PARSIPPANY,
  scan,
} from './script.ts';

/** 1Z numbers of a shipper that is none, with valid check digits. */
export const scenarios: readonly Scenario[] = [
  scenarioOf('delivered', 'Delivered and signed for', '1Z999AA10300000019', ground(DELIVERED)),
  scenarioOf(
    'out-for-delivery',
    'Out for delivery today, with a window',
    '1Z999AA10300000028',
    ground(ON_VEHICLE),
  ),
  scenarioOf('in-transit', 'Across the country', '1Z999AA10300000037', ground(CROSSING)),
  scenarioOf('picked-up', 'UPS has it', '1Z999AA10300000046', ground(HANDED_OVER)),
  scenarioOf('label-created', 'A label and nothing more', '1Z999AA10300000055', ground(LABEL)),
  scenarioOf(
    'voided',
    'The label was cancelled',
    '1Z999AA10300000064',
    ground([...LABEL, scan(20, 'voided', null)]),
  ),
  scenarioOf(
    'not-found',
    'Unknown to the carrier: a warning in an answer of 200',
    '1Z999AA10300000073',
  ),
  scenarioOf(
    'not-found-404',
    'Unknown to the carrier: the documented 404',
    '1Z999AA10300000082',
    ground(LABEL, { details: { missing: '404' } }),
  ),
  scenarioOf(
    'exception-then-delivered',
    'Held up by the weather: a new date by push only, delivered a day later',
    '1Z999AA10300000091',
    ground(
      [
        ...CROSSING,
        scan(86, 'weather', DENVER),
        scan(86.5, 'rescheduled', DENVER),
        scan(113.2, 'onVehicle', DENVER),
        scan(117.7, 'delivered', BOULDER),
      ],
      {
        estimates: [
          { visibleMs: 10 * HOUR_MS, atMs: 95 * HOUR_MS },
          { visibleMs: 86 * HOUR_MS, atMs: 119 * HOUR_MS },
        ],
        details: { rescheduled: 'true' },
      },
    ),
  ),
  scenarioOf(
    'attempted-then-pickup',
    'Nobody at home; brought to a shop, which UPS calls delivered',
    '1Z999AA10300000108',
    ground([...ON_VEHICLE, scan(95, 'notHome', BOULDER), scan(98.5, 'accessPoint', BOULDER)]),
  ),
  scenarioOf(
    'returned',
    'Goes back and arrives at its sender’s',
    '1Z999AA10300000117',
    ground([
      ...ON_VEHICLE,
      scan(95, 'notHome', BOULDER),
      scan(145, 'returning', DENVER),
      scan(190, 'arrived', PARSIPPANY),
      scan(216, 'returned', PARAMUS),
    ]),
  ),
  scenarioOf(
    'recycled',
    'A number used again: delivered 200 days ago, which UPS has forgotten; on its way now',
    '1Z999AA10300000126',
    ground(DELIVERED, { startsMs: -200 * DAY_MS }),
    ground(CROSSING),
  ),
  scenarioOf(
    'several-results',
    'One number, two shipments within the days that UPS remembers',
    '1Z999AA10300000135',
    ground(DELIVERED, { startsMs: -60 * DAY_MS }),
    ground(CROSSING),
  ),
  scenarioOf(
    'two-packages',
    'One package of a shipment of three: the answer lists another package first',
    '1Z999AA10300000144',
    ground(ON_VEHICLE, { pieces: 3, details: { sibling: '1Z999AA10300000153' } }),
  ),
  scenarioOf(
    'silent-deletion',
    'A mis-scan as delivered that is taken back after two hours without a word',
    '1Z999AA10300000162',
    ground([
      ...ON_VEHICLE,
      scan(91, 'delivered', BOULDER, { deletedMs: 93 * HOUR_MS }),
      scan(94.3, 'delivered', BOULDER),
    ]),
  ),
  scenarioOf(
    'late-facts',
    'A scan that becomes known a day late, after newer ones',
    '1Z999AA10300000171',
    ground(
      DELIVERED.map((event, nr) =>
        nr === 6 ? { ...event, visibleMs: event.happensMs + 24 * HOUR_MS } : event,
      ),
    ),
  ),
  scenarioOf(
    'pushes-lost',
    'Out for delivery and delivery are never pushed',
    '1Z999AA10300000180',
    ground(
      DELIVERED.map((event) =>
        ['OT', 'FS'].includes(event.codes['code'] ?? '') ? { ...event, push: 'lost' } : event,
      ),
    ),
  ),
  scenarioOf(
    'pushes-twice',
    'Every push comes twice',
    '1Z999AA10300000199',
    ground(DELIVERED.map((event) => ({ ...event, push: 'twice' }))),
  ),
  scenarioOf(
    'pushes-out-of-order',
    'Out for delivery is pushed after the delivery',
    '1Z999AA10300000206',
    ground(
      DELIVERED.map((event) =>
        event.codes['code'] === 'OT' ? { ...event, push: { lateMs: 9 * HOUR_MS } } : event,
      ),
    ),
  ),
  scenarioOf(
    'odd-clocks',
    'Times without GMT, and with a GMT clock that lost its zeros',
    '1Z999AA10300000215',
    ground(
      DELIVERED.map((event, nr) => ({
        ...event,
        details: { ...event.details, clock: nr % 2 === 0 ? 'local only' : 'digits' },
      })),
    ),
  ),
  scenarioOf(
    'silence',
    'No update for twelve days; a push subscription ends meanwhile',
    '1Z999AA10300000224',
    ground([
      ...HANDED_OVER,
      scan(40, 'arrived', HODGKINS),
      scan(350, 'departed', HODGKINS),
      scan(370, 'arrived', DENVER),
    ]),
  ),
  scenarioOf(
    'moving',
    'The whole scenarioOf, from the label to the signature',
    '1Z999AA10300000233',
    ground(DELIVERED),
  ),
];
