import {
  HOUR_MS,
  type SandboxPlace,
  type ScenarioEvent,
  scenarioOf,
} from '../../../adapter-kit/sandbox.ts';

const EAST = { country: 'CA', zone: 'America/Toronto' };
const WEST = { region: 'BC', country: 'CA', zone: 'America/Vancouver' };
const TORONTO: SandboxPlace = { city: 'TORONTO', region: 'ON', postalCode: 'M5V2T6', ...EAST };
const MISSISSAUGA: SandboxPlace = {
  city: 'MISSISSAUGA',
  region: 'ON',
  postalCode: 'L4W1A1',
  ...EAST,
};
const RICHMOND: SandboxPlace = { city: 'RICHMOND', postalCode: 'V6X1A1', ...WEST };
const VANCOUVER: SandboxPlace = { city: 'VANCOUVER', postalCode: 'V5K0A1', ...WEST };
const COUNTER: SandboxPlace = { ...VANCOUVER, facility: 'PHARMACY ON MAIN' };
const HAIFA: SandboxPlace = {
  city: 'ILHFAA,Israel',
  region: '',
  postalCode: '',
  country: 'IL',
  zone: 'Asia/Jerusalem',
};

const event = (code: string, text: string, hours: number, place: SandboxPlace): ScenarioEvent => ({
  codes: { event: code },
  text,
  place,
  happensMs: hours * HOUR_MS,
});

const life = (events: readonly ScenarioEvent[], origin = TORONTO) => ({
  service: 'Expedited Parcels',
  origin,
  destination: VANCOUVER,
  weightG: 1_500,
  estimates: [{ visibleMs: 0, atMs: 78 * HOUR_MS }],
  events,
});

const LABEL = [event('3000', 'Electronic information submitted by shipper', 0, TORONTO)];
const ON_ITS_WAY = [
  ...LABEL,
  event('1301', 'Item accepted at the Post Office', 5, TORONTO),
  event('0100', 'Item processed', 12, MISSISSAUGA),
  event('0400', 'Item arrived', 60, RICHMOND),
];
const ON_VEHICLE = [...ON_ITS_WAY, event('0174', 'Item out for delivery', 72, VANCOUVER)];
const CARDED = [
  ...ON_VEHICLE,
  event('1479', 'Notice card left indicating where and when to pick up item', 78, VANCOUVER),
];
const AT_COUNTER = [
  ...CARDED,
  event('1701', 'Item available for pickup at Post Office', 98, COUNTER),
];

/** Numbers that always tell the same scenario; the same words for the same scenarios at every carrier. */
export const scenarios = [
  scenarioOf('label-created', 'A label and nothing more', '9907000000000014', life(LABEL)),
  scenarioOf('in-transit', 'On its way', '9907000000000021', life(ON_ITS_WAY)),
  // Nobody is pushed to, so the first answer must have more than a label for whoever looks on.
  scenarioOf(
    'moving',
    'Accepted at once, and on to the front door',
    '9907000000000083',
    life([
      ...LABEL,
      event('1301', 'Item accepted at the Post Office', 0, TORONTO),
      ...ON_VEHICLE.slice(2),
      event('1421', "Delivered to recipient's front door", 78, VANCOUVER),
    ]),
  ),
  scenarioOf(
    'delivered',
    'From the label to the front door',
    '9907000000000038',
    life([...ON_VEHICLE, event('1421', "Delivered to recipient's front door", 78, VANCOUVER)]),
  ),
  scenarioOf(
    'attempted-then-pickup',
    'A notice card; it waits at a counter and is collected',
    '9907000000000045',
    life([...AT_COUNTER, event('1408', 'Delivered', 120, COUNTER)]),
  ),
  scenarioOf(
    'returned',
    'Nobody collected it; the hand-over to the sender has the code of a delivery',
    '9907000000000052',
    life([
      ...AT_COUNTER,
      event(
        '1419',
        'Item was unclaimed by recipient. Item being returned to sender.',
        460,
        VANCOUVER,
      ),
      event('0174', 'Item out for delivery', 540, TORONTO),
      event('1496', 'Delivered', 546, TORONTO),
    ]),
  ),
  scenarioOf('delayed', 'Held up by the weather; the date moves by a day', '9907000000000069', {
    ...life([
      ...ON_ITS_WAY,
      event('0159', 'Delivery may be delayed due to extreme weather conditions', 66, RICHMOND),
      event('1200', 'Expected delivery date updated', 67, RICHMOND),
    ]),
    estimates: [{ visibleMs: 0, atMs: 102 * HOUR_MS }],
    details: { promised: '2026-04-10' },
  }),
  scenarioOf(
    'customs',
    'From abroad through customs, where clocks have no name',
    'CX990700017CA',
    life(
      [
        event('4000', 'International item mailed in origin country', 0, HAIFA),
        event(
          '4202',
          'International item has left the origin country and is en route to Canada',
          30,
          HAIFA,
        ),
        event(
          '0800',
          'Item has been presented to Canada Border Services Agency for customs review.',
          80,
          MISSISSAUGA,
        ),
        event(
          '0900',
          'International item released from Customs for processing by Canada Post',
          96,
          MISSISSAUGA,
        ),
      ],
      HAIFA,
    ),
  ),
];
