import { describe, expect, it } from 'vitest';
import { NO_ATTRIBUTES } from '../../events/shipment-attributes.ts';
import type { FoldRule } from '../fold/fold-input.ts';
import { INITIAL_STATE, type Shipment, type ShipmentState } from '../shipment.ts';
import { changes } from './changes.ts';

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
  ...NO_ATTRIBUTES,
  destinationZone: null,
  destinationCountry: null,
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

/** The events published along a sequence of states, step by step. */
function published(...states: readonly Partial<ShipmentState>[]): string[][] {
  return states.slice(1).map((state, index) => {
    const at = (given: Partial<ShipmentState> = {}): Shipment => ({
      ...SHIPMENT,
      state: { ...INITIAL_STATE, ...given },
    });
    return changes(at(states[index]), at(state), false).map(({ type }) =>
      type.replace('shipment.', ''),
    );
  });
}

const onItsWay = { status: 'out_for_delivery' } as const;
const delivered = { status: 'delivered', deliveredAtMs: 1 } as const;
const unconfirmed = { ...delivered, confirmed: false } as const;

describe('the event for a final delivery', () => {
  it('comes with the change of status when it is confirmed at once', () => {
    expect(published(onItsWay, delivered)).toEqual([['status_changed', 'delivered']]);
  });

  it('waits for confirmation of a status that anybody could have sent', () => {
    expect(published(onItsWay, unconfirmed, delivered)).toEqual([
      ['status_changed'],
      ['confirmed', 'delivered'],
    ]);
    expect(published(onItsWay, unconfirmed, onItsWay)).toEqual([['status_changed'], ['corrected']]);
  });

  it('is published once, whatever else becomes known', () => {
    const moreKnown = { ...delivered, deliveredAtMs: 2, pieces: { total: 1, delivered: 1 } };
    expect(published(delivered, delivered, moreKnown)).toEqual([[], ['status_changed']]);
  });

  it('is published again when the carrier had taken it back', () => {
    expect(published(delivered, onItsWay, delivered)).toEqual([
      ['corrected'],
      ['status_changed', 'delivered'],
    ]);
  });

  it('is not published for a parcel that went back', () => {
    expect(published(onItsWay, { status: 'returned_to_sender' })).toEqual([['status_changed']]);
  });
});

describe('an estimated day', () => {
  const estimate = (date: string, from: string | null = null) => ({
    estimatedDelivery: { date, from, to: null, source: 'carrier' as const, confidence: null },
  });

  it('is announced when it moves; a change of its hours is only visible', () => {
    const hours = estimate('2026-11-22', '2026-11-22T10:00');
    const later = estimate('2026-11-22', '2026-11-22T11:00');
    expect(published({}, estimate('2026-11-22'), hours, later, estimate('2026-11-23'))).toEqual([
      ...[['edd_changed'], ['tracking_updated'], ['tracking_updated'], ['edd_changed']],
    ]);
  });

  it('is only visible when it first gets hours, whatever its source', () => {
    const shown = (from: string): Shipment => ({
      ...SHIPMENT,
      predicted: {
        date: '2026-11-22',
        from,
        to: null,
        source: 'model',
        confidence: 0.7,
        late: false,
        moved: null,
      },
    });
    const types = changes(shown('2026-11-22'), shown('2026-11-22T10:00'), false);
    expect(types.map(({ type }) => type)).toEqual(['shipment.tracking_updated']);
  });

  it('with separate announcements is only visible until it is announced against the last announced one', () => {
    const at = (state: Partial<ShipmentState>) => ({
      ...SHIPMENT,
      state: { ...INITIAL_STATE, ...state },
    });
    const [a, b] = [at(estimate('2026-11-22')), at(estimate('2026-11-23'))];
    const types = (found: ReturnType<typeof changes>) => found.map(({ type }) => type);
    expect(types(changes(a, b, false, 'apart'))).toEqual(['shipment.tracking_updated']);
    expect(types(changes(b, b, false, { published: a.state.estimatedDelivery }))).toEqual([
      'shipment.edd_changed',
    ]);
    expect(changes(b, b, false, { published: b.state.estimatedDelivery })).toEqual([]);
  });

  it('goes with the status when the parcel ends, without an event of its own', () => {
    const at = (state: Partial<ShipmentState>) => ({
      ...SHIPMENT,
      state: { ...INITIAL_STATE, ...state },
    });
    const before = at({ ...onItsWay, ...estimate('2026-11-22') });
    const after = at({ ...delivered, ...estimate('2026-11-22') });
    expect(changes(before, after, true)).toMatchObject([
      {
        type: 'shipment.status_changed',
        previousAttributes: { estimated_delivery: { date: '2026-11-22' } },
      },
      { type: 'shipment.delivered', previousAttributes: {} },
    ]);
    // While the parcel waits to be collected no date is shown; it is shown again when the parcel
    // moves on.
    const waits = { status: 'available_for_pickup', ...estimate('2026-11-22') } as const;
    expect(
      published({ ...onItsWay, ...estimate('2026-11-22') }, waits, {
        ...onItsWay,
        ...estimate('2026-11-22'),
      }),
    ).toEqual([
      ['status_changed', 'edd_changed'],
      ['status_changed', 'edd_changed'],
    ]);
  });
});

describe('a withdrawn delivery', () => {
  const at = (state: Partial<ShipmentState>): Shipment => ({
    ...SHIPMENT,
    state: { ...INITIAL_STATE, ...state },
  });
  const types = (before: Partial<ShipmentState>, after: Partial<ShipmentState>, rule: FoldRule) => {
    const verdict = { identity: 'd', verdict: 'corrected', rule, by: null, shown: true } as const;
    const interval = { lo: 0, hi: 0 };
    const verdicts = [{ ...verdict, interval, winningInboundMessageId: null }];
    const found = changes(at({ ...before, steering: 'd' }), at(after), false, undefined, verdicts);
    return found.map(({ type }) => type);
  };

  it('is published after the correction if the carrier’s code took it back', () => {
    expect(types(delivered, onItsWay, 'correction')).toEqual([
      'shipment.corrected',
      'shipment.delivery_withdrawn',
    ]);
  });

  it.each([
    ['only disappeared from the carrier’s history', delivered, onItsWay, 'retracted'],
    ['was never confirmed', unconfirmed, onItsWay, 'correction'],
    ['was reported again at once', delivered, delivered, 'correction'],
  ] as const)('is not published if it %s', (_, before, after, rule) => {
    expect(types(before, after, rule)).not.toContain('shipment.delivery_withdrawn');
  });
});
