import {
  HOUR_MS,
  type SandboxPlace,
  type ScenarioEvent,
  scenarioOf,
} from '../../../adapter-kit/sandbox.ts';

const BERLIN: SandboxPlace = {
  city: 'Berlin',
  region: 'BE',
  postalCode: '10115',
  country: 'DE',
  zone: 'Europe/Berlin',
};
const LISBON: SandboxPlace = {
  city: 'Lisboa',
  region: '',
  postalCode: '1100-053',
  country: 'PT',
  zone: 'Europe/Lisbon',
};

const event = (code: string, text: string, hours: number, place: SandboxPlace): ScenarioEvent => ({
  codes: { event: code },
  text,
  place,
  happensMs: hours * HOUR_MS,
});

const life = (events: readonly ScenarioEvent[]) => ({
  service: 'parcel',
  origin: BERLIN,
  destination: LISBON,
  weightG: 1_500,
  estimates: [{ visibleMs: 0, atMs: 76 * HOUR_MS }],
  events,
});

const LABEL = [event('LBL', 'Shipment data received', 0, BERLIN)];
const ON_ITS_WAY = [
  ...LABEL,
  event('ACC', 'Accepted at a counter', 5, BERLIN),
  event('DEP', 'Left a sorting centre', 20, BERLIN),
  event('ARR', 'Arrived at a sorting centre', 60, LISBON),
];
const ON_VEHICLE = [...ON_ITS_WAY, event('OFD', 'On the vehicle for delivery', 72, LISBON)];
const DELIVERED = [...ON_VEHICLE, event('DLV', 'Delivered', 76, LISBON)];
const MISSED = [...ON_VEHICLE, event('ATT', 'Nobody was met', 76, LISBON)];

/** Numbers that always tell the same scenario; the same words for the same scenarios at every carrier. */
export const scenarios = [
  scenarioOf('label-created', 'A label and nothing more', 'TX1000000014', life(LABEL)),
  scenarioOf('in-transit', 'On its way', 'TX1000000021', life(ON_ITS_WAY)),
  scenarioOf('delivered', 'From the label to the door', 'TX1000000038', life(DELIVERED)),
  scenarioOf(
    'attempted-then-pickup',
    'Nobody was met; it waits at a counter',
    'TX1000000045',
    life([...MISSED, event('PCK', 'Ready to be fetched at a counter', 80, LISBON)]),
  ),
  scenarioOf(
    'returned',
    'Nobody was met, and it goes back',
    'TX1000000052',
    life([...MISSED, event('RTS', 'On its way back to the sender', 100, LISBON)]),
  ),
];
