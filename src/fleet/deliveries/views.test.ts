import { expect, it } from 'vitest';
import { STATUSES } from '../../kernel/status.ts';
import { PHASES, phaseOf } from './views.ts';

const NOTHING = { hasCourier: false, wasPickedUp: false, isOffered: false, isNear: false };

it.each([
  ['pending', 'created', {}],
  ['offered', 'created', { isOffered: true }],
  ['assigned', 'created', { hasCourier: true }],
  // A courier accepted while others still had offers.
  ['assigned', 'created', { hasCourier: true, isOffered: true }],
  ['picked_up', 'picked_up', { hasCourier: true, wasPickedUp: true }],
  ['picked_up', 'out_for_delivery', { hasCourier: true, wasPickedUp: true }],
  ['arriving', 'out_for_delivery', { hasCourier: true, wasPickedUp: true, isNear: true }],
  ['delivered', 'delivered', { hasCourier: true, wasPickedUp: true, isNear: true }],
  ['attempted', 'delivery_attempted', { hasCourier: true, wasPickedUp: true }],
  ['returning', 'returning', { hasCourier: true, wasPickedUp: true }],
  ['returned', 'returned_to_sender', { hasCourier: true, wasPickedUp: true }],
  ['cancelled', 'cancelled', {}],
  // Trouble before the pickup does not change the phase; after it, a courier has the parcel.
  ['pending', 'exception', {}],
  ['assigned', 'exception', { hasCourier: true }],
  ['picked_up', 'exception', { hasCourier: true, wasPickedUp: true }],
] as const)('is %s while the shipment is %s and %o', (phase, status, work) => {
  expect(phaseOf(status, { ...NOTHING, ...work })).toBe(phase);
});

it('is one of the contract’s phases for every status and state of the search', () => {
  const found = new Set<string>();
  for (const status of STATUSES) {
    for (let bits = 0; bits < 16; bits += 1) {
      const [hasCourier, wasPickedUp] = [(bits & 1) > 0, (bits & 2) > 0];
      const [isOffered, isNear] = [(bits & 4) > 0, (bits & 8) > 0];
      found.add(phaseOf(status, { hasCourier, wasPickedUp, isOffered, isNear }));
    }
  }
  expect([...found].sort()).toEqual([...PHASES].sort());
});
