import { expect, it } from 'vitest';
import { isThere, linesOf, TAXI_DAY } from '../../../../test/support/fleet/city-data.ts';
import { metresBetween } from '../../../kernel/places/distance.ts';
import { manualClock } from '../../../platform/clock.ts';
import type { Verdict } from '../judge-fix.ts';
import { createMemoryPlaces } from '../places/memory-places.ts';
import type { PlaceStore, Reported } from '../places/place-store.ts';
import { POSITIONS_MAX, readPositionAt } from './courier-table.ts';
import type { Position } from './position.ts';
import { createRoster } from './roster.ts';
import { createPositionIntake } from './take-positions.ts';

const TENANT = { merchantId: '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f80', mode: 'live' } as const;
const BELIEVED_AFTER_MS = 300_000;
const MS_PER_KMH = 3_600;

const uuidOf = (index: number) => `0190b0a1-5e0b-7c3e-8f0b-${String(index).padStart(12, '0')}`;

/**
 * Sends a day of 499 taxis as a merchant's system would: positions shown on maps never move faster
 * than 200 km/h, unless three fixes in a row agreed.
 */
it.skipIf(!isThere(TAXI_DAY))('no jump of a taxi day reaches a map', async () => {
  const clock = manualClock(Date.UTC(2008, 4, 23));
  const memory = createMemoryPlaces();
  const shownInTurn: Reported[] = [];
  const places: PlaceStore = {
    ...memory,
    take(reported, nowMs) {
      const verdicts = memory.take(reported, nowMs) as readonly Verdict[];
      shownInTurn.push(...reported.filter((_, index) => verdicts[index] === 'shown'));
      return verdicts;
    },
  };
  const taxis = new Map<string, string>();
  const rows = linesOf(TAXI_DAY).map((line) => {
    const [seconds = '', taxi = '', lat = '', lng = ''] = line.split(',');
    const id = taxis.get(taxi) ?? uuidOf(taxis.size + 1);
    taxis.set(taxi, id);
    const courier_id = `cou_${id.replaceAll('-', '')}`;
    return { courier_id, ts: Number(seconds) * 1_000, lat: Number(lat), lng: Number(lng) };
  });
  const written: Position[] = [];
  const counts: Record<string, number> = {};
  const intake = createPositionIntake({
    roster: createRoster(
      async (ids) =>
        ids.map((courierId) => ({ courierId, tenant: TENANT, endsAtMs: null, offTimes: [] })),
      clock,
    ),
    places,
    clock,
    trails: {
      hasRoom: true,
      add: (_ids, _idAt, values, at) => void written.push(readPositionAt(values, at)),
    },
    ownCouriers: async (_, ids) => new Set(ids),
    retentionMs: 90 * 86_400_000,
    count(outcome, count) {
      counts[outcome] = (counts[outcome] ?? 0) + count;
    },
  });

  const sender = { tenant: TENANT, courierId: null, clockOffsetMs: null };
  // More than ten thousand of one taxi are not accepted: let the clock advance meanwhile.
  for (let from = 0; from < rows.length; from += POSITIONS_MAX) {
    clock.advance(100);
    await intake.take(sender, rows.slice(from, from + POSITIONS_MAX));
  }
  const last = new Map<string, Position>();
  let jumps = 0;
  for (const { courierId, position } of shownInTurn) {
    const before = last.get(courierId);
    last.set(courierId, position);
    if (before === undefined) continue;
    const aheadMs = position.atMs - before.atMs;
    expect(aheadMs).toBeGreaterThan(0);
    const isFast = metresBetween(before, position) * MS_PER_KMH > 200 * aheadMs;
    if (isFast && aheadMs <= BELIEVED_AFTER_MS) jumps += 1;
  }
  process.stderr.write(`taxi day: ${JSON.stringify({ ...counts, fast_shown: jumps })}\n`);
  expect(counts['jump']).toBeGreaterThan(1_000);
  expect(counts['invalid'] ?? 0).toBe(0);
  expect(shownInTurn.length).toBe(counts['shown']);
  // Those that three fixes agreed on; each had two doubted ones before.
  expect(jumps * 2).toBeLessThanOrEqual(counts['jump'] ?? 0);
  expect(written.length).toBe(rows.length - (counts['duplicate'] ?? 0));
});
