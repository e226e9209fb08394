import { describe, expect, it } from 'vitest';
import { changes } from './changes.ts';
import { INITIAL_STATE, type Shipment, type ShipmentState } from './shipment.ts';

const SHIPMENT: Shipment = {
  id: 's',
  merchantId: 'm',
  mode: 'test',
  shard: 0,
  carrier: 'acme',
  trackingNumber: 'A1',
  carrierPieceId: null,
  factsFromMs: 0,
  factsUntilMs: null,
  orderIds: [],
  serviceLevel: null,
  senderId: null,
  weightG: null,
  dimensions: null,
  promisedDate: null,
  metadata: {},
  tags: [],
  destinationZone: null,
  linkedFrom: null,
  linkDepth: 0,
  sealedPersonal: null,
  state: INITIAL_STATE,
  predicted: null,
  sequence: 0,
  createdAtMs: 0,
  updatedAtMs: 0,
  deletedAtMs: null,
};

/** What is told along a walk through states, step by step. */
function told(...states: readonly Partial<ShipmentState>[]): string[][] {
  return states.slice(1).map((state, nr) => {
    const at = (given: Partial<ShipmentState> = {}): Shipment => ({
      ...SHIPMENT,
      state: { ...INITIAL_STATE, ...given },
    });
    return changes(at(states[nr]), at(state), false).map(({ type }) =>
      type.replace('shipment.', ''),
    );
  });
}

const onItsWay = { status: 'out_for_delivery' } as const;
const delivered = { status: 'delivered', deliveredAtMs: 1 } as const;
const unconfirmed = { ...delivered, confirmed: false } as const;

describe('that a parcel is delivered for good', () => {
  it('is told beside the change of status when it is confirmed at once', () => {
    expect(told(onItsWay, delivered)).toEqual([['status_changed', 'delivered']]);
  });

  it('waits for the confirmation of what anybody could have sent', () => {
    expect(told(onItsWay, unconfirmed, delivered)).toEqual([
      ['status_changed'],
      ['confirmed', 'delivered'],
    ]);
    expect(told(onItsWay, unconfirmed, onItsWay)).toEqual([['status_changed'], ['corrected']]);
  });

  it('is told once, whatever else becomes known of it', () => {
    const moreKnown = { ...delivered, deliveredAtMs: 2, pieces: { total: 1, delivered: 1 } };
    expect(told(delivered, delivered, moreKnown)).toEqual([[], ['status_changed']]);
  });

  it('is told again when the carrier had taken it back', () => {
    expect(told(delivered, onItsWay, delivered)).toEqual([
      ['corrected'],
      ['status_changed', 'delivered'],
    ]);
  });

  it('is no end of a parcel that went back', () => {
    expect(told(onItsWay, { status: 'returned_to_sender' })).toEqual([['status_changed']]);
  });
});
