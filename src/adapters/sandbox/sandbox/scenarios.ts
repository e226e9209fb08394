import {
  HOUR_MS,
  type SandboxPlace,
  type Scenario,
  type ScenarioEvent,
  type ScenarioInstance,
} from '../../../adapter-kit/sandbox.ts';

const SAN_FRANCISCO: SandboxPlace = {
  city: 'San Francisco',
  region: 'CA',
  postalCode: '94107',
  country: 'US',
  zone: 'America/Los_Angeles',
};
const DENVER: SandboxPlace = {
  city: 'Denver',
  region: 'CO',
  postalCode: '80216',
  country: 'US',
  zone: 'America/Denver',
};
const CHARLESTON: SandboxPlace = {
  city: 'Charleston',
  region: 'SC',
  postalCode: '29407',
  country: 'US',
  zone: 'America/New_York',
};

const event = (
  status: string,
  text: string,
  hours: number,
  place: SandboxPlace,
): ScenarioEvent => ({ codes: { status }, text, place, happensMs: Math.round(hours * HOUR_MS) });

const life = (events: readonly ScenarioEvent[]): ScenarioInstance => ({
  service: 'standard',
  origin: SAN_FRANCISCO,
  destination: CHARLESTON,
  weightG: 1_200,
  estimates: [{ visibleMs: 0, atMs: 80 * HOUR_MS, windowMs: 4 * HOUR_MS }],
  events,
});

const LABEL = [event('pre_transit', 'The label was made', 0, SAN_FRANCISCO)];
const ON_ITS_WAY = [
  ...LABEL,
  event('in_transit', 'Accepted at the counter', 6, SAN_FRANCISCO),
  event('in_transit', 'Arrived at a hub', 31, DENVER),
  event('in_transit', 'Left a hub', 34.5, DENVER),
];
const ON_VEHICLE = [
  ...ON_ITS_WAY,
  event('in_transit', 'Arrived at the station', 71, CHARLESTON),
  event('out_for_delivery', 'On the vehicle', 77, CHARLESTON),
];
const DELIVERED = [...ON_VEHICLE, event('delivered', 'Handed over', 82.3, CHARLESTON)];

const one = (
  name: string,
  title: string,
  numbers: readonly string[],
  events: readonly ScenarioEvent[],
): Scenario => ({ name, title, numbers, lives: events.length === 0 ? [] : [life(events)] });

/** EasyPost's test numbers (EasyPost API documentation, trackers), and some scenarios more. */
export const scenarios: readonly Scenario[] = [
  one('label-created', 'pre_transit: a label and nothing more', ['EZ1000000001'], LABEL),
  one('in-transit', 'in_transit', ['EZ2000000002'], ON_ITS_WAY),
  one('out-for-delivery', 'out_for_delivery', ['EZ3000000003'], ON_VEHICLE),
  one('delivered', 'delivered', ['EZ4000000004'], DELIVERED),
  one(
    'returned',
    'return_to_sender',
    ['EZ5000000005'],
    [...ON_VEHICLE, event('return_to_sender', 'Refused and sent back', 83, CHARLESTON)],
  ),
  one(
    'exception',
    'failure: it cannot be delivered',
    ['EZ6000000006'],
    [...ON_VEHICLE, event('failure', 'The address cannot be found', 83, CHARLESTON)],
  ),
  one('not-found', 'unknown to the carrier', ['EZ7000000007'], []),
  one(
    'available-for-pickup',
    'available_for_pickup: waits in a shop',
    ['EZ0000000010'],
    [...ON_VEHICLE, event('available_for_pickup', 'Waits for the recipient', 83, CHARLESTON)],
  ),
  one(
    'cancelled',
    'cancelled: the label was made for nothing',
    ['EZ0000000011'],
    [...LABEL, event('cancelled', 'Called off', 9, SAN_FRANCISCO)],
  ),
  one('moving', 'The whole scenario, from the label to the door', ['EZ0000000012'], DELIVERED),
];
