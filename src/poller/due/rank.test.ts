import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runs } from '../../kernel/test-runs.ts';
import { ensureMerchant } from '../../merchants/index.ts';
import { type Database, openDatabase } from '../../platform/database/database.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/test-postgres.ts';
import { isOwed, type Ranked, rankOf } from './rank.ts';
import { dueCandidates, saveTargets } from './targets.sql.ts';
import { dueTarget, GROUP, NOW_MS, target } from './test-target.ts';

const HOUR_MS = 3_600_000;
const SEED = 20_260_310;
/** The default price and floor, with a ceiling of eight hours. */
const SPEND = { price: 0.07, ceilingS: 8 * 3_600 };
const rank = (changes: Partial<Ranked>) => rankOf(target(changes), NOW_MS, SPEND);
const delivered = { status: 'delivered', value: 0.29, urgency: 0.02 } as const;

describe('the rank of a due number', () => {
  it('puts an audit of a delivered parcel after every parcel under way, however late it is', () => {
    fc.assert(
      fc.property(dueTarget, dueTarget, (one, other) => {
        const live = { ...one, status: 'in_transit' } as const;
        const audit = { ...other, status: 'delivered', confirmed: true } as const;
        expect(rankOf(audit, NOW_MS, SPEND)).toBeLessThan(rankOf(live, NOW_MS, SPEND));
      }),
      { seed: SEED, numRuns: runs(500) },
    );
  });

  it('puts a parcel an hour past its ceiling before one that is in time', () => {
    const late = rank({ lastPolledAtMs: NOW_MS - 9 * HOUR_MS });
    expect(late).toBeCloseTo(SPEND.price * 13.5, 6);
    expect(rank({ lastPolledAtMs: NOW_MS - 7 * HOUR_MS })).toBeLessThan(late);
  });

  it('grows without end with the wait, so that no parcel starves', () => {
    fc.assert(
      fc.property(dueTarget, fc.integer({ min: 1, max: 500 }), (one, hours) => {
        const later = rankOf(one, NOW_MS + hours * HOUR_MS, SPEND);
        expect(later).toBeGreaterThanOrEqual(rankOf(one, NOW_MS, SPEND));
      }),
      { seed: SEED, numRuns: runs(500) },
    );
  });

  it('ranks a check behind a healthy push after what is due, until it is a ceiling late itself', () => {
    const behindPush = (lateH: number) =>
      rank({ push: 'healthy', value: 0.3, dueAtMs: NOW_MS - lateH * HOUR_MS });
    expect(behindPush(0)).toBe(0);
    expect(behindPush(7)).toBeLessThan(rank({}));
    expect(behindPush(10)).toBeGreaterThan(rank({}));
  });

  it('does not take the long pauses of a number the carrier does not know for a wait', () => {
    const candidate = { known: false, value: 0.01, lastPolledAtMs: NOW_MS - 12 * HOUR_MS };
    expect(rank(candidate)).toBeLessThan(rank({}));
    expect(isOwed(target(candidate), NOW_MS, SPEND)).toBe(false);
    const late = { ...candidate, dueAtMs: NOW_MS - 9 * HOUR_MS };
    expect(isOwed(target(late), NOW_MS, SPEND)).toBe(true);
  });

  it('counts the wait of a parcel that was moved here from when it was moved', () => {
    const createdAtMs = NOW_MS - 40 * 24 * HOUR_MS;
    const moved = { createdAtMs, trackedSinceMs: NOW_MS - HOUR_MS, lastPolledAtMs: null };
    const fresh = { ...moved, createdAtMs: NOW_MS - HOUR_MS };
    expect(rank(moved)).toBe(rank(fresh));
    expect(isOwed(target(moved), NOW_MS, SPEND)).toBe(false);
    const waiting = { ...moved, trackedSinceMs: NOW_MS - 9 * HOUR_MS };
    expect(isOwed(target(waiting), NOW_MS, SPEND)).toBe(true);
    expect(rank({ lastPolledAtMs: NOW_MS - 9 * HOUR_MS })).toBeGreaterThan(rank(moved));
  });

  it('treats an end reported only by an unsigned push as a parcel under way', () => {
    const unsure = { ...delivered, confirmed: false, value: 2 };
    expect(rank(unsure)).toBeGreaterThan(rank({}));
  });

  it('owes calls to parcels that waited a whole ceiling, and none to audits', () => {
    const polled = (hours: number) => ({ lastPolledAtMs: NOW_MS - hours * HOUR_MS });
    expect(isOwed(target(polled(7.9)), NOW_MS, SPEND)).toBe(false);
    expect(isOwed(target(polled(8)), NOW_MS, SPEND)).toBe(true);
    const overdue = { ...polled(90), dueAtMs: NOW_MS - 60 * HOUR_MS };
    expect(isOwed(target({ ...delivered, ...overdue }), NOW_MS, SPEND)).toBe(false);
  });
});

describe('the rank in PostgreSQL', () => {
  let database: TestDatabase;
  let db: Database;
  beforeAll(async () => {
    database = await createTestDatabase();
    db = openDatabase({ url: database.url });
    await ensureMerchant(db.pipeline, { id: GROUP.merchantId, slug: 'shop', name: 'Shop' });
  });
  beforeEach(async () => {
    await db.pipeline.query('delete from poll_targets');
  });
  afterAll(async () => {
    await db.end();
    await database.drop();
  });

  const search = { nowMs: NOW_MS, perClass: 1_000, limit: 1_000 };

  it('equals the value in TypeScript, for due numbers of every kind', async () => {
    const prices = [SPEND, { price: 1e-4, ceilingS: 21_600 }, { price: 25, ceilingS: 400_000.5 }];
    const targets = fc
      .sample(dueTarget, { seed: SEED, numRuns: runs(400, 400) })
      .map((each, index) => ({ ...each, trackingNumber: `T${index}` }));
    await saveTargets(db.pipeline, targets);
    for (const spend of prices) {
      const found = await dueCandidates(db.pipeline, GROUP, { ...search, ...spend });
      expect(found).toHaveLength(targets.length);
      for (const candidate of found) {
        const here = rankOf(candidate, NOW_MS, spend);
        // Values are stored with seven digits, so the eighth is not compared.
        expect(Math.abs(candidate.rank - here) / (1 + Math.abs(here))).toBeLessThan(1e-6);
      }
      const ranks = found.map((candidate) => candidate.rank);
      expect(ranks).toEqual([...ranks].sort((one, other) => other - one));
    }
  });

  it('lists parcels under way before a thousand overdue audits', async () => {
    const audits = Array.from({ length: 1_000 }, (_, index) =>
      target({
        ...delivered,
        trackingNumber: `A${index}`,
        valueClass: 0,
        dueAtMs: NOW_MS - 50 * HOUR_MS,
      }),
    );
    const live = Array.from({ length: 20 }, (_, index) =>
      target({ trackingNumber: `L${index}`, lastPolledAtMs: NOW_MS - (2 + index / 2) * HOUR_MS }),
    );
    await saveTargets(db.pipeline, [...audits, ...live]);
    const found = await dueCandidates(db.pipeline, GROUP, { ...search, ...SPEND, limit: 20 });
    expect(found.map(({ trackingNumber }) => trackingNumber[0])).toEqual(live.map(() => 'L'));
  });
});
