import fc from 'fast-check';
import { Counter, Histogram, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { ACTIVITY_KINDS, activityOf, doneSince, hoursOf, SLOT_MS, slotOf } from './activity.ts';
import { readActivity } from './record-activity.ts';

const NOON_MS = Date.UTC(2026, 2, 10, 12, 0, 0);

it('sums a day by hours, the current one last, and loses none of it', () => {
  const slot = fc.record({
    atMs: fc.integer({ min: 1, max: 24 * 12 - 1 }).map((back) => NOON_MS - back * SLOT_MS),
    kind: fc.constantFrom(...ACTIVITY_KINDS),
    value: fc.integer({ min: 0, max: 1_000 }),
  });
  fc.assert(
    fc.property(fc.array(slot), (slots) => {
      const hours = hoursOf(slots, NOON_MS - 1);
      expect(hours).toHaveLength(24);
      expect(hours.at(-1)?.atMs).toBe(NOON_MS - 3_600_000);
      for (const kind of ACTIVITY_KINDS) {
        const all = slots.reduce((sum, each) => sum + (each.kind === kind ? each.value : 0), 0);
        expect(hours.reduce((sum, hour) => sum + hour[kind], 0)).toBe(all);
      }
    }),
  );
});

it('omits what is older than the day', () => {
  const slots = [{ atMs: NOON_MS - 30 * 3_600_000, kind: 'polls', value: 7 }] as const;
  expect(hoursOf(slots, NOON_MS).every(({ polls }) => polls === 0)).toBe(true);
});

it('a slot begins at most five minutes before', () => {
  expect(slotOf(NOON_MS + SLOT_MS - 1)).toBe(NOON_MS);
  expect(slotOf(NOON_MS + SLOT_MS)).toBe(NOON_MS + SLOT_MS);
});

it("reads a process's activity from its counters, and the difference since", async () => {
  const registry = new Registry();
  const registers = [registry];
  const calls = new Counter({
    name: 'waybill_poller_calls_total',
    help: 'h',
    registers,
    labelNames: ['carrier', 'purpose', 'outcome'],
  });
  const seen = new Counter({
    name: 'waybill_observations_total',
    help: 'h',
    registers,
    labelNames: ['carrier', 'source', 'first'],
  });
  seen.inc({ carrier: 'dhl', source: 'webhook', first: 'yes' }, 5);
  seen.inc({ carrier: 'dhl', source: 'poll', first: 'no' }, 4);
  const lag = new Histogram({ name: 'waybill_ingest_lag_seconds', help: 'h', registers });
  calls.inc({ carrier: 'dhl', purpose: 'call', outcome: '4xx' }, 2);
  calls.inc({ carrier: 'ups', purpose: 'call', outcome: 'timeout' });
  calls.inc({ carrier: 'dhl', purpose: 'call', outcome: 'limited' });
  calls.inc({ carrier: 'ups', purpose: 'token' });
  const first = await readActivity(registry);
  expect(first).toEqual({ ...activityOf(() => 0), polls: 4, failed_polls: 2, updates: 5 });
  calls.inc({ carrier: 'ups', purpose: 'call', outcome: '2xx' });
  lag.observe(0.5);
  lag.observe(1.5);
  const since = doneSince(first, await readActivity(registry));
  expect(since).toEqual({ ...activityOf(() => 0), polls: 1, seen: 2, lag_s: 2 });
});
