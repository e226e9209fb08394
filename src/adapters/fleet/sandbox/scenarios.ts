import {
  HOUR_MS,
  type SandboxPlace,
  type Scenario,
  type ScenarioEvent,
} from '../../../adapter-kit/sandbox.ts';

const HAMBURG: SandboxPlace = {
  city: 'Hamburg',
  region: 'HH',
  postalCode: '20539',
  country: 'DE',
  zone: 'Europe/Berlin',
  facility: 'HAM-1',
};
const ALTONA: SandboxPlace = { ...HAMBURG, postalCode: '22765', facility: 'HAM-ALTONA' };
/** Somewhere on a courier's way: no building. */
const DOOR: SandboxPlace = {
  city: 'Hamburg',
  region: 'HH',
  postalCode: '22767',
  country: 'DE',
  zone: 'Europe/Berlin',
};

const scan = (
  hours: number,
  place: SandboxPlace,
  code: string,
  reason?: string,
): ScenarioEvent => ({
  codes: reason === undefined ? { code } : { code, reason },
  text: '',
  place,
  happensMs: Math.round(hours * HOUR_MS),
});

const ON_ITS_WAY = [
  scan(0, HAMBURG, 'LABEL'),
  scan(2, DOOR, 'PICKUP'),
  scan(3.5, HAMBURG, 'ARRIVE'),
  scan(4.1, HAMBURG, 'SORT'),
  scan(9, HAMBURG, 'DEPART'),
  scan(9.8, ALTONA, 'ARRIVE'),
];
const ON_VEHICLE = [...ON_ITS_WAY, scan(22, ALTONA, 'LOAD')];
const ATTEMPTED = [...ON_VEHICLE, scan(25, DOOR, 'ATTEMPT', 'NOT_HOME')];

const scenarioOf = (
  name: string,
  title: string,
  number: string,
  events: readonly ScenarioEvent[],
): Scenario => ({
  name,
  title,
  numbers: [number],
  lives: [{ service: 'standard', origin: HAMBURG, destination: DOOR, weightG: 900, events }],
});

export const scenarios: readonly Scenario[] = [
  scenarioOf('in-transit', 'picked up, sorted and on its way', 'WB00000000000195', ON_ITS_WAY),
  scenarioOf('out-for-delivery', 'loaded on the van', 'WB00000000000292', ON_VEHICLE),
  scenarioOf('delivered', 'handed over at the door', 'WB00000000000389', [
    ...ON_VEHICLE,
    scan(24.6, DOOR, 'DELIVERED'),
  ]),
  scenarioOf('attempted', 'nobody opened', 'WB00000000000486', ATTEMPTED),
  scenarioOf('returned', 'refused and brought back', 'WB00000000000583', [
    ...ON_VEHICLE,
    scan(25, DOOR, 'ATTEMPT', 'REFUSED'),
    scan(26, DOOR, 'RETURN'),
    scan(30, ALTONA, 'ARRIVE'),
    scan(50, HAMBURG, 'RETURNED'),
  ]),
  scenarioOf(
    'mistaken',
    'scanned as delivered by mistake, and delivered the next day',
    'WB00000000000680',
    [
      ...ON_VEHICLE,
      scan(24, DOOR, 'DELIVERED'),
      scan(24.2, DOOR, 'UNDELIVERED'),
      scan(46, ALTONA, 'LOAD'),
      scan(48, DOOR, 'DELIVERED', 'NEIGHBOUR'),
    ],
  ),
];
