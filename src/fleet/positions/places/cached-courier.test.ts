import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runs } from '../../../kernel/test-runs.ts';
import { positionColumns, writePosition } from '../intake/courier-table.ts';
import { type CachedPlace, judgeNext, NOWHERE, VERDICTS } from '../judge-fix.ts';
import {
  createRows,
  isMove,
  isNewForOthers,
  judgeCached,
  noteSent,
  placeOf,
} from './cached-courier.ts';

const NOW_MS = Date.UTC(2026, 2, 10, 12);
const TENANT = { merchantId: '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f80', mode: 'live' } as const;

/** Fixes close together, and sometimes far away, late or inaccurate. */
const fix = fc.record({
  atMs: fc.integer({ min: 0, max: 900 }).map((s) => NOW_MS + s * 1_000),
  lat: fc.oneof(fc.double({ min: 53, max: 53.001, noNaN: true }), fc.constantFrom(54, 54.0001)),
  lng: fc.constantFrom(9, 9.0001, 10),
  accuracyM: fc.constantFrom(null, 8, 200, 201),
  speedKmh: fc.constantFrom(null, 31.5),
  heading: fc.constantFrom(null, 270),
  battery: fc.constantFrom(null, 0, 81),
});

it('a row of numbers is judged as a place is, and holds what was shown', () => {
  const { values } = positionColumns(2);
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(fix, { maxLength: 30 }), fc.boolean(), (fixes, inOrder) => {
      const cached = createRows().take(TENANT, 'a');
      const place: CachedPlace = { ...NOWHERE };
      const sent = inOrder ? [...fixes].sort((a, b) => a.atMs - b.atMs) : fixes;
      for (const [index, each] of sent.entries()) {
        const before = placeOf(cached)?.position ?? null;
        writePosition(values, 8, each);
        const verdict = VERDICTS[judgeCached(cached, values, 8, NOW_MS + index)] ?? '';
        expect(verdict).toBe(judgeNext(place, each));
        seen.add(verdict);
        expect(placeOf(cached)?.position ?? null).toEqual(verdict === 'shown' ? each : before);
        if (verdict === 'shown') expect(placeOf(cached)?.receivedAtMs).toBe(NOW_MS + index);
      }
    }),
    { numRuns: runs(1_000), seed: 4 },
  );
  expect([...seen].sort()).toEqual([...VERDICTS].sort());
});

it('detects what is new for others as it does for two places', () => {
  const { values } = positionColumns(1);
  fc.assert(
    fc.property(fix, fix, (first, second) => {
      const cached = createRows().take(TENANT, 'a');
      const now = { ...second, accuracyM: null };
      writePosition(values, 0, now);
      judgeCached(cached, values, 0, NOW_MS);
      expect(isNewForOthers(cached)).toBe(true);
      noteSent(cached, first);
      expect(isNewForOthers(cached)).toBe(isMove(first, now));
    }),
    { seed: 4 },
  );
});

it('a freed row starts over, and is empty for its previous user', () => {
  const rows = createRows();
  const { values } = positionColumns(1);
  const first = rows.take(TENANT, 'a');
  const position = { atMs: NOW_MS, lat: 53, lng: 9, accuracyM: null, ...NOTHING };
  writePosition(values, 0, position);
  judgeCached(first, values, 0, NOW_MS);
  noteSent(first, position);
  rows.free(first);
  rows.free(first);
  const [second, third] = [rows.take(TENANT, 'b'), rows.take(TENANT, 'c')];
  expect(second.from).toBe(first.from);
  expect(third.from).not.toBe(first.from);
  expect([placeOf(first), placeOf(second), placeOf(third)]).toEqual([null, null, null]);
  expect(VERDICTS[judgeCached(second, values, 0, NOW_MS)]).toBe('shown');
  expect([placeOf(first), placeOf(second)?.courierId]).toEqual([null, 'b']);
});

const NOTHING = { speedKmh: null, heading: null, battery: null };
