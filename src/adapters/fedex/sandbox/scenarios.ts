import {
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  type Scenario,
  scenarioOf,
} from '../../../adapter-kit/sandbox.ts';
import * as at from './places.ts';
import {
  ARRIVED,
  AT_STATION,
  CROSSING,
  DELIVERED,
  DEPARTED,
  ground,
  LABEL,
  ON_VEHICLE,
  PICKED_UP,
  scan,
} from './script.ts';

/**
 * Numbers of 15 digits and those beginning 7 or 5 are FedEx's own mock numbers (API Reference
 * Guide); 99990000xxxx are ours, with valid check digits.
 */
export const scenarios: readonly Scenario[] = [
  scenarioOf('label-created', 'A label and nothing more', ['449044304137821'], ground(LABEL)),
  scenarioOf('dropped-off', 'Handed over at a counter', ['149331877648230'], {
    ...ground([...LABEL, scan(6, 'DO', at.SPOKANE)]),
  }),
  scenarioOf('picked-up', 'Picked up', ['020207021381215'], ground(PICKED_UP)),
  scenarioOf('arrived', 'Arrived at the first building', ['403934084723025'], ground(ARRIVED)),
  scenarioOf('departed', 'On the road', ['039813852990618'], ground(DEPARTED)),
  scenarioOf('in-transit', 'Across the country, three days in', ['999900000016'], ground(CROSSING)),
  scenarioOf(
    'at-facility',
    'At the building it is delivered from',
    ['920241085725456', '568838414941'],
    ground(AT_STATION),
  ),
  scenarioOf('out-for-delivery', 'On the vehicle', ['231300687629630'], ground(ON_VEHICLE)),
  scenarioOf('delivered', 'Delivered and signed for', ['122816215025810'], ground(DELIVERED)),
  scenarioOf(
    'delivery-attempted',
    'Nobody at home (exception 007), delivered the day after',
    ['377101283611590'],
    ground([...ON_VEHICLE, scan(89, 'DE', at.NORTON, { exception: '007' })]),
  ),
  scenarioOf(
    'attempted-three-times',
    'Nobody at home on three days (exception 007)',
    ['999900000141'],
    ground([
      ...ON_VEHICLE,
      scan(89, 'DE', at.NORTON, { exception: '007' }),
      scan(105.9, 'OD', at.KINGSPORT),
      scan(113, 'DE', at.NORTON, { exception: '007' }),
      scan(129.9, 'OD', at.KINGSPORT),
      scan(137, 'DE', at.NORTON, { exception: '007' }),
    ]),
  ),
  scenarioOf(
    'damaged',
    'Damaged on the way (shipment exception 37)',
    ['999900000152'],
    ground([...AT_STATION, scan(84, 'SE', at.KINGSPORT, { exception: '37' })]),
  ),
  scenarioOf(
    'access-denied',
    'Local delivery restriction (exception 083)',
    ['852426136339213'],
    ground([...ON_VEHICLE, scan(89, 'DE', at.NORTON, { exception: '083' })]),
  ),
  scenarioOf(
    'address-not-found',
    'Incorrect address (exception 03)',
    ['797615467620'],
    ground([...ON_VEHICLE, scan(88, 'DE', at.NORTON, { exception: '03' })], {
      service: 'PRIORITY_OVERNIGHT',
      details: { carrierCode: 'FDXE' },
    }),
  ),
  scenarioOf(
    'exception',
    'Cannot be delivered (shipment exception 099)',
    ['957794015041323'],
    ground([...AT_STATION, scan(84, 'SE', at.KINGSPORT, { exception: '099' })]),
  ),
  scenarioOf(
    'returning',
    'Sent back: the scan is rolled up as delivered and is none',
    ['076288115212522'],
    ground([
      ...ON_VEHICLE,
      scan(89, 'DE', at.NORTON, { exception: '007' }),
      scan(112, 'DE', at.KINGSPORT, { exception: '060G' }),
      scan(112.5, 'RS', at.KINGSPORT, { exception: '060G' }),
    ]),
  ),
  scenarioOf(
    'customs-hold',
    'Waits for the customs',
    ['581190049992'],
    ground(
      [...PICKED_UP, scan(40, 'AR', at.MEMPHIS), scan(52, 'CD', at.TORONTO, { exception: 'A25' })],
      {
        service: 'INTERNATIONAL_PRIORITY',
        destination: at.TORONTO,
        details: { carrierCode: 'FDXE' },
      },
    ),
  ),
  scenarioOf(
    'customs-released',
    'Released by the customs',
    ['797806677146'],
    ground(
      [
        ...PICKED_UP,
        scan(40, 'AR', at.MEMPHIS),
        scan(52, 'CD', at.TORONTO, { exception: 'A25' }),
        scan(60, 'CC', at.TORONTO),
      ],
      {
        service: 'INTERNATIONAL_PRIORITY',
        destination: at.TORONTO,
        details: { carrierCode: 'FDXE' },
      },
    ),
  ),
  scenarioOf(
    'available-for-pickup',
    'Held for the recipient: latest status HL, newest scan HP',
    ['843119172384577'],
    ground([...ON_VEHICLE, scan(90, 'HP', at.CHARLOTTE, { exception: '015A' })]),
  ),
  scenarioOf(
    'cancelled',
    'Cancelled by the sender',
    ['070358180009382'],
    ground([...LABEL, scan(30, 'CA', null)]),
  ),
  scenarioOf(
    'several-results',
    'One number, two parcels of different days',
    ['713062653486'],
    ground(DELIVERED, { startsMs: -20 * DAY_MS }),
    ground(ON_VEHICLE, { destination: at.PHOENIX }),
  ),
  scenarioOf(
    'recycled',
    'A number used again: delivered 200 days ago, on its way now',
    ['999900000027'],
    ground(DELIVERED, { startsMs: -200 * DAY_MS }),
    ground(CROSSING),
  ),
  scenarioOf(
    'first-contact-late',
    'Unknown for ten hours after the label was printed',
    ['999900000038'],
    ground(
      PICKED_UP.map((event) => ({
        ...event,
        visibleMs: Math.max(event.happensMs, 10 * HOUR_MS),
      })),
      { knownMs: 10 * HOUR_MS },
    ),
  ),
  scenarioOf(
    'silent-deletion',
    'A mis-scan as delivered that FedEx takes back after two hours without a word',
    ['999900000049'],
    ground([
      ...ON_VEHICLE,
      scan(86, 'DL', at.NORTON, { deletedMs: 88 * HOUR_MS }),
      scan(91, 'DL', at.NORTON, { details: { receivedBy: 'R.OLLINS' } }),
    ]),
  ),
  scenarioOf(
    'late-facts',
    'A scan that becomes known six hours late, after newer ones',
    ['999900000050'],
    ground(
      DELIVERED.map((event, nr) =>
        nr === 4 ? { ...event, visibleMs: event.happensMs + 6 * HOUR_MS } : event,
      ),
    ),
  ),
  scenarioOf(
    'pushes-lost',
    'Out for delivery and delivery are never pushed',
    ['999900000060'],
    ground(
      DELIVERED.map((event) =>
        ['OD', 'DL'].includes(event.codes['event'] ?? '') ? { ...event, push: 'lost' } : event,
      ),
    ),
  ),
  scenarioOf(
    'pushes-twice',
    'Every push comes twice',
    ['999900000071'],
    ground(DELIVERED.map((event) => ({ ...event, push: 'twice' }))),
  ),
  scenarioOf(
    'pushes-out-of-order',
    'Out for delivery is pushed after the delivery',
    ['999900000082'],
    ground(
      DELIVERED.map((event) =>
        event.codes['event'] === 'OD' ? { ...event, push: { lateMs: 9 * HOUR_MS } } : event,
      ),
    ),
  ),
  scenarioOf(
    'silence',
    'No update for twelve days in the middle of the country',
    ['999900000093'],
    ground([...DEPARTED, scan(44, 'AR', at.DENVER), scan(332, 'DP', at.DENVER)]),
  ),
  scenarioOf(
    'moving',
    'The whole scenarioOf, from the label to the signature',
    ['999900000108'],
    ground(DELIVERED.map((event) => ({ ...event, visibleMs: event.happensMs + 2 * MINUTE_MS }))),
  ),
];
