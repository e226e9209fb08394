import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../kernel/test-runs.ts';
import type { Interval } from '../../kernel/time/place-time.ts';
import { fold } from '../fold/fold.ts';
import { dateOnly, fact, ingested, MONDAY_MS } from '../fold/test-given.ts';
import {
  decideRegistration,
  endOfInstance,
  instanceOfFact,
  instanceOfReport,
  LOOKBACK_MS,
  type RegisteredInstance,
  type TrackingInstance,
} from './instances.ts';

const DAY_MS = 86_400_000;

function instance(
  shipmentId: string,
  factsFromMs: number,
  carrierPieceId: string | null = null,
): TrackingInstance {
  return { shipmentId, factsFromMs, carrierPieceId };
}

function at(lo: number, hi = lo): { interval: Interval; recordedIn: null } {
  return { interval: { lo, hi }, recordedIn: null };
}

describe('lifeOfFact', () => {
  const first = instance('first', 100);
  const second = instance('second', 200);

  it('has no instance for an unregistered number', () => {
    expect(instanceOfFact([], at(1))).toBeNull();
  });

  it('assigns no instance to a fact that was over before all of them', () => {
    expect(instanceOfFact([first, second], at(99))).toBeNull();
  });

  it('goes to the newest instance that had begun, whatever its piece id', () => {
    expect(instanceOfFact([second, first], at(150))).toBe('first');
    expect(instanceOfFact([first, second], at(199))).toBe('first');
    expect(instanceOfFact([first, { ...second, carrierPieceId: 'p' }], at(200))).toBe('second');
  });

  it('goes to the newer instance when it straddles the border or has no time', () => {
    expect(instanceOfFact([first, second], at(150, 250))).toBe('second');
    expect(instanceOfFact([first, second], at(Number.NEGATIVE_INFINITY, 300))).toBe('second');
  });

  it('stays where it is recorded, whatever is registered since', () => {
    expect(instanceOfFact([first, second], { ...at(150, 250), recordedIn: 'first' })).toBe('first');
  });
});

describe('lifeOfReport', () => {
  it('has no instance when all its facts are older than every instance', () => {
    expect(instanceOfReport([], { carrierPieceId: 'p', newestMs: 1 })).toBeNull();
    expect(
      instanceOfReport([instance('new', 151)], { carrierPieceId: 'p', newestMs: 150 }),
    ).toBeNull();
  });

  it("follows the carrier's piece id, however old the report", () => {
    const instances = [instance('first', 100, 'p1'), instance('second', 200, 'p2')];
    expect(instanceOfReport(instances, { carrierPieceId: 'p1', newestMs: 300 })).toBe('first');
    expect(instanceOfReport(instances, { carrierPieceId: 'p2', newestMs: 1 })).toBe('second');
  });

  it('prefers the newest begun instance without an id to a newer one with another id', () => {
    const instances = [
      instance('old', 10),
      instance('open', 100),
      instance('taken', 120, 'q'),
      instance('new', 200),
    ];
    expect(instanceOfReport(instances, { carrierPieceId: 'p', newestMs: 150 })).toBe('open');
  });

  it('is never dropped for its id: the fold distinguishes the parcels of one instance', () => {
    const instances = [instance('first', 100, 'p1'), instance('second', 200, 'p2')];
    expect(instanceOfReport(instances, { carrierPieceId: 'p9', newestMs: 300 })).toBe('second');
    expect(instanceOfReport(instances, { carrierPieceId: 'p9', newestMs: 150 })).toBe('first');
  });

  it('is one and the same instance in any order of the instances', () => {
    const pieceId = fc.constantFrom('p1', 'p2', 'p3');
    const instances = fc.uniqueArray(
      fc.record({
        shipmentId: fc.uuid(),
        factsFromMs: fc.nat({ max: 20 }),
        carrierPieceId: fc.option(pieceId),
      }),
      { selector: ({ shipmentId }) => shipmentId, maxLength: 5 },
    );
    fc.assert(
      fc.property(instances, pieceId, fc.nat({ max: 25 }), (list, carrierPieceId, newestMs) => {
        const found = instanceOfReport(list, { carrierPieceId, newestMs });
        expect(instanceOfReport(list.toReversed(), { carrierPieceId, newestMs })).toBe(found);
        const begun = list.filter(({ factsFromMs }) => factsFromMs <= newestMs);
        const own = list.filter((each) => each.carrierPieceId === carrierPieceId);
        expect(found === null).toBe(begun.length + own.length === 0);
      }),
      { seed: 11, numRuns: runs(2_000) },
    );
  });
});

describe('decideRegistration', () => {
  const nowMs = MONDAY_MS;
  const ended: RegisteredInstance = {
    ...instance('ended', nowMs - 90 * DAY_MS),
    orderIds: ['A'],
    endedAtMs: nowMs - 60 * DAY_MS,
  };
  const running: RegisteredInstance = { ...ended, shipmentId: 'running', endedAtMs: null };

  it('opens the first instance 45 days back', () => {
    expect(decideRegistration([], { orderIds: [], nowMs })).toEqual({
      kind: 'new',
      factsFromMs: nowMs - 45 * DAY_MS,
    });
    expect(LOOKBACK_MS).toBe(45 * DAY_MS);
  });

  it('is the same shipment while its instance lasts, also for another order', () => {
    expect(decideRegistration([running], { orderIds: ['B'], nowMs })).toEqual({
      kind: 'existing',
      shipmentId: 'running',
    });
  });

  it.each([[['A']], [['B', 'A']], [[]]])(
    'is the same shipment after its end for the orders %j',
    (orderIds) => {
      expect(decideRegistration([ended], { orderIds, nowMs })).toEqual({
        kind: 'existing',
        shipmentId: 'ended',
      });
    },
  );

  it('opens a new instance for another order after the end', () => {
    expect(decideRegistration([ended], { orderIds: ['B'], nowMs })).toEqual({
      kind: 'new',
      factsFromMs: nowMs - 45 * DAY_MS,
    });
  });

  it('opens a new instance for a reused number after the end only, with or without an order', () => {
    const isReused = true;
    expect(decideRegistration([running], { orderIds: [], isReused, nowMs }).kind).toBe('existing');
    expect(decideRegistration([ended], { orderIds: ['A'], isReused, nowMs }).kind).toBe('existing');
    expect(decideRegistration([ended], { orderIds: [], isReused, nowMs })).toEqual({
      kind: 'new',
      factsFromMs: nowMs - 45 * DAY_MS,
    });
  });

  it('begins just after the end of the instance before when that is later', () => {
    const lately = { ...ended, endedAtMs: nowMs - DAY_MS };
    expect(decideRegistration([lately], { orderIds: ['B'], nowMs })).toEqual({
      kind: 'new',
      factsFromMs: nowMs - DAY_MS + 1,
    });
  });

  it('does not begin after now, though a delivery of today ends tonight', () => {
    for (const endedAtMs of [nowMs + DAY_MS, Number.POSITIVE_INFINITY]) {
      const today = { ...ended, endedAtMs };
      expect(decideRegistration([today], { orderIds: ['B'], nowMs })).toEqual({
        kind: 'new',
        factsFromMs: nowMs,
      });
    }
  });

  it('begins after the instance before, though that was opened this very millisecond', () => {
    const instant = { ...ended, factsFromMs: nowMs, endedAtMs: nowMs - 1 };
    expect(decideRegistration([instant], { orderIds: ['B'], nowMs })).toEqual({
      kind: 'new',
      factsFromMs: nowMs + 1,
    });
  });

  it('looks at the last life only, but finds an order in an older one', () => {
    const later = { ...running, factsFromMs: nowMs - 30 * DAY_MS, orderIds: ['B'] };
    expect(decideRegistration([later, ended], { orderIds: ['C'], nowMs })).toMatchObject({
      shipmentId: 'running',
    });
    expect(decideRegistration([later, ended], { orderIds: ['A'], nowMs })).toMatchObject({
      shipmentId: 'ended',
    });
  });

  it('uses the given lookback', () => {
    expect(decideRegistration([], { orderIds: [], nowMs, lookbackMs: DAY_MS })).toEqual({
      kind: 'new',
      factsFromMs: nowMs - DAY_MS,
    });
  });
});

describe('endOfLife', () => {
  it('is none while the instance lasts', () => {
    expect(endOfInstance(fold(ingested([fact('a', 'in_transit', '08:00')])))).toBeNull();
    expect(endOfInstance(fold(ingested([])))).toBeNull();
  });

  it('is when the steering fact was certainly over', () => {
    const state = fold(ingested([fact('a', 'delivered', dateOnly(0))]));
    expect(endOfInstance(state)).toBe(dateOnly(0).hi);
  });
});
