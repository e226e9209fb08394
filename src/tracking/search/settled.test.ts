import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runs } from '../../kernel/test-runs.ts';
import { withShard } from '../../platform/event-log/event-log.ts';
import { startAcme } from '../test-acme.ts';
import type { TestTracking } from '../test-tracking.ts';
import { LOOKBACK_MS, newestShownMs, settledUntilMs } from './settled.sql.ts';

describe('a reader that comes back with the newest change it has received', () => {
  const change = fc.record({
    beganMs: fc.integer({ min: 0, max: 60_000 }),
    /** From before the transaction begins until its end. */
    stampedAfterMs: fc.integer({ min: -9_999, max: 9_999 }),
    tookMs: fc.oneof(fc.integer({ max: 500, min: 1 }), fc.integer({ max: 60_000, min: 1 })),
  });

  it('misses none, however long changes take to be committed', () => {
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 0, max: 20_000 }),
        (drawn, pausesMs, pagesTookMs) => {
          const changes = drawn.map(({ beganMs, stampedAfterMs, tookMs }) => ({
            beganMs,
            stampedMs: beganMs + Math.min(stampedAfterMs, tookMs),
            committedMs: beganMs + tookMs,
          }));
          const received = new Set<unknown>();
          let newestMs = Number.NEGATIVE_INFINITY;
          let nowMs = 0;
          for (const pauseMs of [...pausesMs, 200_000]) {
            nowMs += pauseMs;
            const open = changes.filter((c) => c.beganMs <= nowMs && nowMs < c.committedMs);
            const oldestMs = Math.min(nowMs, ...open.map((c) => c.beganMs));
            const untilMs = newestShownMs(nowMs, nowMs - oldestMs);
            const sinceMs = newestMs - LOOKBACK_MS;
            // Each change is on a page of its own; what is committed after its page was read is not.
            const read = changes
              .filter((c) => c.stampedMs > sinceMs && c.stampedMs <= untilMs)
              .toSorted((a, b) => a.stampedMs - b.stampedMs)
              .filter((c, at, all) => c.committedMs <= nowMs + (pagesTookMs * at) / all.length);
            for (const each of read) {
              received.add(each);
              newestMs = Math.max(newestMs, each.stampedMs);
            }
            nowMs += pagesTookMs;
          }
          expect(changes.filter((each) => !received.has(each))).toEqual([]);
        },
      ),
      { numRuns: runs(1_000, 300) },
    );
  });
});

describe('the newest change that a page may have', () => {
  let hub: TestTracking;
  beforeAll(async () => {
    hub = await startAcme();
  });
  afterAll(() => hub.close());

  it('is earlier while a change is open, and the same on all pages', async () => {
    const until = (after: { until?: number } | null = null) =>
      settledUntilMs(hub.db.app, 1_000_000, after);
    const settledMs = await until();
    expect(settledMs).toBe(newestShownMs(1_000_000, null));
    await withShard(hub.db.pipeline, 7, async () => {
      expect(await until()).toBeLessThan(settledMs);
    });
    expect(await until()).toBe(settledMs);
    expect(await until({ until: 900_000 })).toBe(900_000);
  });
});
