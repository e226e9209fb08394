import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { positionColumns, STRIDE, writePosition } from '../intake/courier-table.ts';
import { VERDICTS } from '../judge-fix.ts';
import {
  couriersOf,
  latestOf,
  PARTS_OF_A_DEGREE,
  RECORD_BYTES,
  type Recorded,
  recordsOf,
  viewOf,
  wordsOfUuid,
  writeRecord,
} from './journal-record.ts';
import { cutStretches, unpackStretch } from './stretch.ts';

const DAY_MS = 86_400_000;
const MIDNIGHT_MS = Date.UTC(2026, 2, 10);
const measure = (max: number) => fc.oneof(fc.constant(null), fc.integer({ min: 0, max }));
/** Positions with the precision that is stored. */
const position = fc.record({
  courier: fc.uuid(),
  atMs: fc.oneof(
    fc.integer({ min: MIDNIGHT_MS - DAY_MS, max: MIDNIGHT_MS + DAY_MS }),
    fc.integer({ min: MIDNIGHT_MS, max: MIDNIGHT_MS + 60_000 }),
  ),
  lat: fc.integer({ min: -90 * PARTS_OF_A_DEGREE, max: 90 * PARTS_OF_A_DEGREE }),
  lng: fc.integer({ min: -180 * PARTS_OF_A_DEGREE, max: 180 * PARTS_OF_A_DEGREE }),
  accuracyM: measure(32_767),
  speedKmh: measure(2_000),
  heading: measure(360),
  battery: measure(100),
  verdict: fc.nat({ max: VERDICTS.length - 1 }),
});
type Sent = Recorded & { readonly courier: string };
/** Many positions of few couriers. */
const sent = fc
  .tuple(fc.array(position, { minLength: 1, maxLength: 60 }), fc.array(fc.uuid(), { maxLength: 3 }))
  .map(([all, few]) =>
    all.map((each, index): Sent => ({ ...each, courier: few[index % 4] ?? each.courier })),
  );

/** Writes positions as a journal, in parts of up to seven records. */
function journalOf(all: readonly Sent[]): Buffer[] {
  const { values } = positionColumns(2);
  const bytes = Buffer.alloc(all.length * RECORD_BYTES);
  for (const [index, each] of all.entries()) {
    const degrees = { lat: each.lat / PARTS_OF_A_DEGREE, lng: each.lng / PARTS_OF_A_DEGREE };
    writePosition(values, STRIDE, { ...each, ...degrees });
    const words = wordsOfUuid(each.courier);
    writeRecord(viewOf(bytes), index * RECORD_BYTES, words, 0, values, STRIDE, each.verdict);
  }
  const parts: Buffer[] = [];
  for (let from = 0; from < bytes.length; from += 7 * RECORD_BYTES) {
    parts.push(bytes.subarray(from, from + 7 * RECORD_BYTES));
  }
  return parts;
}

interface Row {
  readonly day: number;
  readonly courier: string;
  readonly atMs: number;
  readonly untilMs: number;
  readonly positions: number;
  readonly packed: Buffer;
}

/** Reads the rows as PostgreSQL's COPY does. */
function rowsOf(parts: readonly Buffer[]): Row[] {
  return cutStretches(parts).flatMap(({ day, chunks }) =>
    chunks.flatMap((chunk) => {
      const rows: Row[] = [];
      for (let at = 0; at < chunk.length; ) {
        expect(chunk.readInt16BE(at)).toBe(5);
        at += 2;
        const fields = Array.from({ length: 5 }, () => {
          const length = chunk.readInt32BE(at);
          const field = chunk.subarray(at + 4, at + 4 + length);
          at += 4 + length;
          return field;
        }) as [Buffer, Buffer, Buffer, Buffer, Buffer];
        const instant = (field: Buffer) =>
          Date.UTC(2000, 0, 1) + Number(field.readBigInt64BE() / 1_000n);
        const courier = couriersOf([Buffer.concat([fields[0], Buffer.alloc(RECORD_BYTES - 16)])]);
        const [atMs, untilMs] = [instant(fields[1]), instant(fields[2])];
        const positions = fields[3].readInt32BE();
        rows.push({ day, courier: courier[0] ?? '', atMs, untilMs, positions, packed: fields[4] });
      }
      return rows;
    }),
  );
}

const bare = ({ courier: _, ...recorded }: Sent): Recorded => recorded;

describe('stretches', () => {
  it('hold each courier’s positions of each day, in order of arrival', () => {
    fc.assert(
      fc.property(sent, (all) => {
        const rows = rowsOf(journalOf(all));
        const keys = rows.map(({ day, courier }) => `${day} ${courier}`);
        expect(new Set(keys).size).toBe(keys.length);
        expect(rows.reduce((sum, { positions }) => sum + positions, 0)).toBe(all.length);
        for (const { day, courier, atMs, untilMs, positions, packed } of rows) {
          const own = all.filter(
            (each) => each.courier === courier && Math.floor(each.atMs / DAY_MS) === day,
          );
          expect(unpackStretch(packed, atMs)).toEqual(own.map(bare));
          expect(positions).toBe(own.length);
          const times = own.map((each) => each.atMs);
          expect([atMs, untilMs]).toEqual([Math.min(...times), Math.max(...times)]);
        }
      }),
      { seed: 12 },
    );
  });

  it('of a courier that stands or drives take about ten bytes a position', () => {
    const ride = Array.from(
      { length: 100 },
      (_, index): Sent => ({
        courier: '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f80',
        atMs: MIDNIGHT_MS + index * 5_000,
        lat: 535_000_000 + index * 4_000,
        lng: 99_000_000 - index * 3_000,
        verdict: 0,
        accuracyM: 8,
        speedKmh: 31,
        heading: 270,
        battery: 81,
      }),
    );
    expect(rowsOf(journalOf(ride))[0]?.packed.length).toBeLessThan(1_400);
  });

  it('of more than a chunk are split into several', () => {
    const many = Array.from(
      { length: 20_000 },
      (_, index): Sent => ({
        courier: `0190b0a1-5e0b-7c3e-8f0b-${String(index % 5_000).padStart(12, '0')}`,
        atMs: MIDNIGHT_MS + index,
        lat: index,
        lng: -index,
        verdict: 0,
        accuracyM: null,
        speedKmh: null,
        heading: null,
        battery: null,
      }),
    );
    const parts = journalOf(many);
    expect(cutStretches(parts)[0]?.chunks.length).toBeGreaterThan(1);
    expect(rowsOf(parts).reduce((sum, { positions }) => sum + positions, 0)).toBe(many.length);
  });
});

it('a journal returns a courier’s records, and the time of the latest', () => {
  fc.assert(
    fc.property(sent, (all) => {
      const parts = journalOf(all);
      expect(couriersOf(parts).sort()).toEqual(
        [...new Set(all.map((each) => each.courier))].sort(),
      );
      for (const { courier } of all.slice(0, 3)) {
        const own = all.filter((each) => each.courier === courier);
        expect(recordsOf(parts, wordsOfUuid(courier))).toEqual(own.map(bare));
        const nobody = '00000000-0000-0000-0000-000000000001';
        expect([...latestOf(parts, [courier, nobody])]).toEqual([
          [courier, Math.max(...own.map(({ atMs }) => atMs))],
        ]);
      }
    }),
    { seed: 13 },
  );
});
