import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Interval } from '../kernel/place-time.ts';
import { dateOnly, fact, heard, MONDAY_MS } from './fold/test-given.ts';
import { fold } from './fold.ts';
import {
  assignLife,
  claimLife,
  decideRegistration,
  endOfLife,
  type Life,
  LOOKBACK_MS,
  type RegisteredLife,
} from './lives.ts';

const DAY_MS = 86_400_000;

function life(shipmentId: string, factsFromMs: number, carrierPieceId: string | null = null): Life {
  return { shipmentId, factsFromMs, carrierPieceId };
}

function at(lo: number, hi = lo): { carrierPieceId: null; interval: Interval } {
  return { carrierPieceId: null, interval: { lo, hi } };
}

describe('assignLife', () => {
  const first = life('first', 100);
  const second = life('second', 200);

  it('has no life for a number nobody registered', () => {
    expect(assignLife([], at(1))).toEqual({ kind: 'none', reason: 'too_old' });
  });

  it('leaves what was over before every life to none', () => {
    expect(assignLife([first, second], at(99))).toEqual({ kind: 'none', reason: 'too_old' });
  });

  it('goes to the newest life that had begun', () => {
    expect(assignLife([second, first], at(150))).toMatchObject({ shipmentId: 'first' });
    expect(assignLife([first, second], at(199))).toMatchObject({ shipmentId: 'first' });
    expect(assignLife([first, second], at(200))).toMatchObject({ shipmentId: 'second' });
  });

  it('goes to the newer life when it straddles the border or has no time', () => {
    expect(assignLife([first, second], at(150, 250))).toMatchObject({ shipmentId: 'second' });
    const timeless = at(Number.NEGATIVE_INFINITY, 300);
    expect(assignLife([first, second], timeless)).toMatchObject({ shipmentId: 'second' });
  });

  it('stays where it is recorded, whatever is registered since', () => {
    const known = { ...at(150, 250), recordedIn: 'first' };
    expect(assignLife([first, second], known)).toMatchObject({ shipmentId: 'first' });
  });

  it("follows the carrier's piece id, however old the fact", () => {
    const lives = [life('first', 100, 'p1'), life('second', 200, 'p2')];
    const late = { carrierPieceId: 'p1', interval: { lo: 300, hi: 300 } };
    expect(assignLife(lives, late)).toMatchObject({ shipmentId: 'first' });
    const old = { carrierPieceId: 'p2', interval: { lo: 1, hi: 1 } };
    expect(assignLife(lives, old)).toMatchObject({ shipmentId: 'second' });
  });

  it('never mixes another piece into a life that has its own', () => {
    const lives = [life('first', 100, 'p1')];
    expect(assignLife(lives, { ...at(300), carrierPieceId: 'p9' })).toEqual({
      kind: 'none',
      reason: 'other_piece',
    });
    const withOpen = [...lives, life('open', 200)];
    expect(assignLife(withOpen, { ...at(300), carrierPieceId: 'p9' })).toMatchObject({
      shipmentId: 'open',
    });
  });

  it('gives each fact to exactly one life, in any order of the lives', () => {
    const lives = fc.uniqueArray(
      fc.record({
        shipmentId: fc.uuid(),
        factsFromMs: fc.nat({ max: 20 }),
        carrierPieceId: fc.constantFrom(null, 'p1', 'p2'),
      }),
      { selector: ({ shipmentId }) => shipmentId, maxLength: 5 },
    );
    const place = fc.record({
      carrierPieceId: fc.constantFrom(null, 'p1', 'p2', 'p3'),
      interval: fc.tuple(fc.nat({ max: 25 }), fc.nat({ max: 9 })).map(([lo, w]) => ({
        lo,
        hi: lo + w,
      })),
    });
    fc.assert(
      fc.property(lives, place, (list, fact) => {
        const assigned = assignLife(list, fact);
        expect(assignLife(list.toReversed(), fact)).toEqual(assigned);
        const ids = list.map(({ shipmentId }) => shipmentId);
        if (assigned.kind === 'life') expect(ids).toContain(assigned.shipmentId);
      }),
      { seed: 11, numRuns: 2_000 },
    );
  });
});

describe('claimLife', () => {
  const interval = { lo: 150, hi: 150 };

  it('claims nothing without a piece id, without facts, or when the id is known', () => {
    const open = life('open', 100);
    expect(claimLife([open], { carrierPieceId: null, intervals: [interval] })).toBeNull();
    expect(claimLife([open], { carrierPieceId: 'p', intervals: [] })).toBeNull();
    const lives = [open, life('has it', 50, 'p')];
    expect(claimLife(lives, { carrierPieceId: 'p', intervals: [interval] })).toBeNull();
  });

  it("claims the open life that had begun by the report's newest fact", () => {
    const lives = [life('old', 10), life('open', 100), life('taken', 120, 'q'), life('new', 200)];
    const intervals = [{ lo: 5, hi: 5 }, interval];
    expect(claimLife(lives, { carrierPieceId: 'p', intervals })).toBe('open');
  });

  it('leaves a life alone that began after everything the report tells', () => {
    const report = { carrierPieceId: 'recycled', intervals: [interval] };
    expect(claimLife([life('new', 151)], report)).toBeNull();
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
