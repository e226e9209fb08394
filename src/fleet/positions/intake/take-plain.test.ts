import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../kernel/test-runs.ts';
import { uuidOfWireId, wireId } from '../../../kernel/wire/wire-ids.ts';
import { manualClock } from '../../../platform/clock.ts';
import { createMemoryPlaces } from '../places/memory-places.ts';
import { ID_WORDS, readPositionAt } from './courier-table.ts';
import type { PositionSender } from './position-intake.ts';
import { createRoster, type OnShift } from './roster.ts';
import { createPositionIntake } from './take-positions.ts';

const NOW_MS = Date.UTC(2026, 2, 10, 12);
const DAY_MS = 86_400_000;
const ONE = { merchantId: '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f80', mode: 'live' } as const;
const OTHER = { ...ONE, mode: 'test' } as const;
const uuid = (index: number) => `0190b0a1-5e0b-7c3e-8f0b-${String(index).padStart(12, '0')}`;
const COURIERS = [1, 2, 3, 4].map((index) => wireId('courier', uuid(index)));
/** The shifts: the third courier had a break, and the fourth is another tenant's. */
const SHIFTS: readonly OnShift[] = [1, 2, 3, 4].map((index) => ({
  courierId: uuid(index),
  tenant: index === 4 ? OTHER : ONE,
  endsAtMs: null,
  offTimes: index === 3 ? [{ fromMs: NOW_MS - 900_000, toMs: NOW_MS - 300_000 }] : [],
}));

/** An intake that records what it wrote, showed and counted. */
function intakeOf() {
  const clock = manualClock(NOW_MS);
  const places = createMemoryPlaces();
  const written: unknown[] = [];
  const published: unknown[] = [];
  const counts: Record<string, number> = {};
  let hasRoom = true;
  const roster = createRoster(
    async (ids) => SHIFTS.filter(({ courierId }) => ids.includes(courierId)),
    clock,
  );
  const intake = createPositionIntake({
    roster,
    places,
    clock,
    retentionMs: DAY_MS,
    trails: {
      get hasRoom() {
        return hasRoom;
      },
      add: (ids, idAt, values, at, verdict) =>
        void written.push([
          ...ids.subarray(idAt, idAt + ID_WORDS),
          readPositionAt(values, at),
          verdict,
        ]),
    },
    publish: ({ wireId }, position) => void published.push([wireId, position]),
    ownCouriers: async (_, ids) => new Set(ids),
    count(outcome, count) {
      counts[outcome] = (counts[outcome] ?? 0) + count;
    },
  });
  const fill = () => {
    hasRoom = false;
  };
  return { intake, roster, clock, places, written, published, counts, fill };
}

const SENDER: PositionSender = { tenant: ONE, courierId: null, clockOffsetMs: null };
const bytesOf = (rows: readonly object[]) => Buffer.from(JSON.stringify(rows));
const row = (courier: string | undefined, s: number, more: object = {}) => ({
  courier_id: courier,
  ts: new Date(NOW_MS + s * 1_000).toJSON(),
  lat: 53.5,
  lng: 9.9,
  ...more,
});
const free = () => {};

describe('positions of a plain request', () => {
  it('get the same results as on the slow path', async () => {
    const sent = fc.record({
      courier: fc.constantFrom(...COURIERS.slice(0, 3)),
      s: fc.oneof(fc.integer({ min: -60, max: 70 }), fc.constantFrom(-600, -90_000)),
      lat: fc.constantFrom(53.5, 53.5001, 54),
      accuracy_m: fc.constantFrom(null, 8, 300),
    });
    const request = fc.record({
      rows: fc.array(sent, { minLength: 1, maxLength: 6 }),
      offsetMs: fc.constantFrom(null, 500, 30_000),
      passedMs: fc.constantFrom(0, 1_000, 400_000),
    });
    let plain = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 8 }), async (requests) => {
        const [quick, slow] = [intakeOf(), intakeOf()];
        for (const { roster } of [quick, slow]) await roster.load(COURIERS);
        for (const { rows, offsetMs, passedMs } of requests) {
          const all = rows.map(({ courier, s, ...more }) => row(courier, s, more));
          const sender = { ...SENDER, clockOffsetMs: offsetMs };
          let notified = 0;
          const quickly = quick.intake.takePlain(sender, bytesOf(all), (count) => {
            notified = count;
          });
          if (quickly !== null) {
            plain += 1;
            expect(notified).toBe(all.length);
          }
          const results = quickly ?? (await quick.intake.take(sender, all));
          expect(results).toEqual(await slow.intake.take(sender, all));
          for (const { clock } of [quick, slow]) clock.advance(passedMs);
        }
        expect(quick.written).toEqual(slow.written);
        expect(quick.published).toEqual(slow.published);
        expect(quick.published).toHaveLength(quick.written.length);
        expect(quick.counts).toEqual(slow.counts);
        expect(await quick.places.all(ONE)).toEqual(await slow.places.all(ONE));
      }),
      { numRuns: runs(300), seed: 9 },
    );
    expect(plain).toBeGreaterThan(30);
  });

  it('are left alone if a query is needed, if there is no room, and if they may not be sent', async () => {
    const { intake, roster, written, fill } = intakeOf();
    const [ada, bob, , stranger] = COURIERS;
    const take = (rows: readonly object[], admit: (count: number) => void = free) =>
      intake.takePlain(SENDER, bytesOf(rows), admit);
    expect(take([row(ada, 0)])).toBeNull();
    await roster.load(COURIERS);
    expect(take([row(ada, 0), row(stranger, 0)])).toBeNull();
    expect(take([row(ada, 0), row(bob, 61)])).toBeNull();
    expect(() =>
      take([row(ada, 0)], () => {
        throw new Error('too many');
      }),
    ).toThrow('too many');
    expect(written).toEqual([]);
    expect(take([row(ada, 0), row(bob, 0)])).toHaveLength(2);
    expect(take([row(ada, 0)])).toEqual([{ outcome: 'duplicate' }]);
    roster.forget(uuidOfWireId('courier', ada ?? '') ?? '');
    expect(take([row(ada, 1)])).toBeNull();
    fill();
    expect(take([row(bob, 1)])).toBeNull();
    expect(written).toHaveLength(2);
  });

  it('are not published if they were read from a topic', async () => {
    const { intake, written, published } = intakeOf();
    await intake.take({ ...SENDER, isTopic: true }, [row(COURIERS[0], 0)]);
    expect([written.length, published]).toEqual([1, []]);
  });

  it('of one courier need not name the courier', async () => {
    const { intake, roster, places } = intakeOf();
    const sender = { ...SENDER, courierId: COURIERS[0] ?? '' };
    const bytes = bytesOf([row(undefined, 0), row(undefined, 1)]);
    expect(intake.takePlain(sender, bytes, free)).toBeNull();
    await roster.load(COURIERS);
    expect(intake.takePlain(sender, bytes, free)).toHaveLength(2);
    expect((await places.find(ONE, [uuid(1)])).get(uuid(1))?.position.atMs).toBe(NOW_MS + 1_000);
    expect(intake.takePlain({ ...sender, tenant: OTHER }, bytes, free)).toBeNull();
    const tooMany = Array.from({ length: 500 }, (_, index) => row(undefined, -index / 100));
    for (let index = 0; index < 20; index += 1) intake.takePlain(sender, bytesOf(tooMany), free);
    const refused = intake.takePlain(sender, bytesOf(tooMany), free);
    expect(refused?.[0]).toMatchObject({ outcome: 'rejected', fault: { code: 'too_many' } });
  });
});
