import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../kernel/test-runs.ts';
import type { Interval } from '../../kernel/time/place-time.ts';
import { fold } from '../fold/fold.ts';
import { dateOnly, fact, heard, MONDAY_MS } from '../fold/test-given.ts';
import {
  decideRegistration,
  endOfLife,
  type Life,
  LOOKBACK_MS,
  lifeOfFact,
  lifeOfReport,
  type RegisteredLife,
} from './instances.ts';

const DAY_MS = 86_400_000;

function life(shipmentId: string, factsFromMs: number, carrierPieceId: string | null = null): Life {
  return { shipmentId, factsFromMs, carrierPieceId };
}

function at(lo: number, hi = lo): { interval: Interval; recordedIn: null } {
  return { interval: { lo, hi }, recordedIn: null };
}

describe('lifeOfFact', () => {
  const first = life('first', 100);
  const second = life('second', 200);

  it('has no life for a number nobody registered', () => {
    expect(lifeOfFact([], at(1))).toBeNull();
  });

  it('leaves what was over before every life to none', () => {
    expect(lifeOfFact([first, second], at(99))).toBeNull();
  });

  it('goes to the newest life that had begun, whatever its piece id', () => {
    expect(lifeOfFact([second, first], at(150))).toBe('first');
    expect(lifeOfFact([first, second], at(199))).toBe('first');
    expect(lifeOfFact([first, { ...second, carrierPieceId: 'p' }], at(200))).toBe('second');
  });

  it('goes to the newer life when it straddles the border or has no time', () => {
    expect(lifeOfFact([first, second], at(150, 250))).toBe('second');
    expect(lifeOfFact([first, second], at(Number.NEGATIVE_INFINITY, 300))).toBe('second');
  });

  it('stays where it is recorded, whatever is registered since', () => {
    expect(lifeOfFact([first, second], { ...at(150, 250), recordedIn: 'first' })).toBe('first');
  });
});

describe('lifeOfReport', () => {
  it('has no life when everything it tells is older than every life', () => {
    expect(lifeOfReport([], { carrierPieceId: 'p', newestMs: 1 })).toBeNull();
    expect(lifeOfReport([life('new', 151)], { carrierPieceId: 'p', newestMs: 150 })).toBeNull();
  });

  it("follows the carrier's piece id, however old the news", () => {
    const lives = [life('first', 100, 'p1'), life('second', 200, 'p2')];
    expect(lifeOfReport(lives, { carrierPieceId: 'p1', newestMs: 300 })).toBe('first');
    expect(lifeOfReport(lives, { carrierPieceId: 'p2', newestMs: 1 })).toBe('second');
  });

  it('takes the newest begun without an id over a newer one that has another', () => {
    const lives = [life('old', 10), life('open', 100), life('taken', 120, 'q'), life('new', 200)];
    expect(lifeOfReport(lives, { carrierPieceId: 'p', newestMs: 150 })).toBe('open');
  });

  it('is never dropped for its id: the fold tells the parcels of one life apart', () => {
    const lives = [life('first', 100, 'p1'), life('second', 200, 'p2')];
    expect(lifeOfReport(lives, { carrierPieceId: 'p9', newestMs: 300 })).toBe('second');
    expect(lifeOfReport(lives, { carrierPieceId: 'p9', newestMs: 150 })).toBe('first');
  });

  it('is one and the same life in any order of the lives', () => {
    const pieceId = fc.constantFrom('p1', 'p2', 'p3');
    const lives = fc.uniqueArray(
      fc.record({
        shipmentId: fc.uuid(),
        factsFromMs: fc.nat({ max: 20 }),
        carrierPieceId: fc.option(pieceId),
      }),
      { selector: ({ shipmentId }) => shipmentId, maxLength: 5 },
    );
    fc.assert(
      fc.property(lives, pieceId, fc.nat({ max: 25 }), (list, carrierPieceId, newestMs) => {
        const found = lifeOfReport(list, { carrierPieceId, newestMs });
        expect(lifeOfReport(list.toReversed(), { carrierPieceId, newestMs })).toBe(found);
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
  const ended: RegisteredLife = {
    ...life('ended', nowMs - 90 * DAY_MS),
    orderIds: ['A'],
    endedAtMs: nowMs - 60 * DAY_MS,
  };
  const running: RegisteredLife = { ...ended, shipmentId: 'running', endedAtMs: null };

  it('opens the first life 45 days back', () => {
    expect(decideRegistration([], { orderIds: [], nowMs })).toEqual({
      kind: 'new',
      factsFromMs: nowMs - 45 * DAY_MS,
    });
    expect(LOOKBACK_MS).toBe(45 * DAY_MS);
  });

  it('is the same shipment while its life lasts, also for another order', () => {
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

  it('opens a new life for another order after the end', () => {
    expect(decideRegistration([ended], { orderIds: ['B'], nowMs })).toEqual({
      kind: 'new',
      factsFromMs: nowMs - 45 * DAY_MS,
    });
  });

  it('begins just after the end of the life before when that is later', () => {
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

  it('begins after the life before, though that was opened this very millisecond', () => {
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

  it('takes the lookback it is told', () => {
    expect(decideRegistration([], { orderIds: [], nowMs, lookbackMs: DAY_MS })).toEqual({
      kind: 'new',
      factsFromMs: nowMs - DAY_MS,
    });
  });
});

describe('endOfLife', () => {
  it('is none while the life lasts', () => {
    expect(endOfLife(fold(heard([fact('a', 'in_transit', '08:00')])))).toBeNull();
    expect(endOfLife(fold(heard([])))).toBeNull();
  });

  it('is when the steering fact was certainly over', () => {
    const state = fold(heard([fact('a', 'delivered', dateOnly(0))]));
    expect(endOfLife(state)).toBe(dateOnly(0).hi);
  });
});
