import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../kernel/test-runs.ts';
import { ID_WORDS, positionColumns, readPositionAt, STRIDE } from './courier-table.ts';
import { readPlainPositions } from './plain-positions.ts';
import { courierPositionSchema, positionSchema, recognize } from './position.ts';

const COURIER = 'cou_0190b0a15e0b7c3e8f0b1d5a2c4e6f80';
const FINE = { courier_id: COURIER, ts: '2026-03-10T12:00:00.123Z', lat: 53.5, lng: -9.9 };
const FULL = { ...FINE, accuracy_m: 8, speed_kmh: 31.5, heading: 0, battery: null };

/** Reads positions as objects; null: they are not plain. */
function read(text: string | Buffer, namesCourier = true) {
  const into = positionColumns();
  const count = readPlainPositions(Buffer.from(text), namesCourier, into);
  if (count === 0) return null;
  return Array.from({ length: count }, (_, index) => ({
    courierId: namesCourier ? wireIdOf(into.ids, index * ID_WORDS) : null,
    position: readPositionAt(into.values, index * STRIDE),
  }));
}

function wireIdOf(ids: Int32Array, at: number): string {
  const words = [...ids.subarray(at, at + ID_WORDS)];
  return `cou_${words.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')}`;
}

/** Reads positions as the slow path does; null: some of it is refused. */
function slowly(text: string | Buffer, namesCourier = true) {
  let rows: unknown;
  try {
    rows = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text)));
  } catch {
    return null;
  }
  if (!Array.isArray(rows) || rows.length === 0 || rows.length > 500) return null;
  const schema = namesCourier ? courierPositionSchema : positionSchema;
  const all = rows.map((row: unknown) => {
    const position = recognize(row, namesCourier ? null : COURIER);
    // The two earlier paths never disagree either.
    expect(position !== null).toBe(schema.safeParse(row).success);
    if (position === null) return null;
    return { courierId: namesCourier ? String((row as typeof FINE).courier_id) : null, position };
  });
  return all.includes(null) ? null : all;
}

/** Expects that the fast path reads the same as the slow path, or nothing. */
function expectAlike(text: string | Buffer, namesCourier = true): boolean {
  const quickly = read(text, namesCourier);
  if (quickly !== null) expect(quickly).toEqual(slowly(text, namesCourier));
  return quickly !== null;
}

const degrees = (max: number) =>
  fc.oneof(
    fc.double({ min: -max, max, noNaN: true }),
    fc.integer({ min: -max, max }),
    fc.integer({ min: -max * 1e6, max: max * 1e6 }).map((value) => value / 1e6),
  );
const measure = (max: number) => fc.oneof(fc.constant(null), degrees(max).map(Math.abs));
const position = fc.record(
  {
    courier_id: fc.uuid().map((id) => `cou_${id.replaceAll('-', '')}`),
    ts: fc.oneof(
      fc
        .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
        .chain((date) => fc.constantFrom(date.toJSON(), `${date.toJSON().slice(0, 19)}Z`)),
      fc.integer({ min: 946_684_800_000, max: 4_102_444_799_999 }),
    ),
    lat: degrees(90),
    lng: degrees(180),
    accuracy_m: measure(100_000),
    speed_kmh: measure(2_000),
    heading: measure(360),
    battery: measure(100),
  },
  { requiredKeys: ['courier_id', 'ts', 'lat', 'lng'] },
);
const written = fc
  .tuple(fc.array(position, { minLength: 1, maxLength: 4 }), fc.constantFrom(0, 1, '\t'))
  .map(([rows, blanks]) => JSON.stringify(rows, null, blanks));

describe('positions in plain form', () => {
  it('are read as by JSON and the schema', () => {
    fc.assert(
      fc.property(written, (text) => {
        expect(expectAlike(text)).toBe(true);
      }),
      { numRuns: runs(1_000), seed: 5 },
    );
    const { courier_id: _, ...alone } = FULL;
    expect(read(JSON.stringify([alone, alone]), false)).toEqual(
      slowly(JSON.stringify([alone, alone]), false),
    );
  });

  it('are left to the slow path whenever a byte is not as expected, or give the same result', () => {
    const text = JSON.stringify([FULL, FINE]);
    let plain = 0;
    fc.assert(
      fc.property(
        fc.nat({ max: text.length - 1 }),
        fc.nat({ max: 2 }),
        fc.oneof(
          fc.nat({ max: 255 }),
          fc.constantFrom(...Buffer.from('0123456789-+.eE"{}[],: nZ')),
        ),
        (at, removed, byte) => {
          const bytes = Buffer.from(text);
          const made = [bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(at + removed)];
          if (expectAlike(Buffer.concat(made))) plain += 1;
        },
      ),
      { numRuns: runs(5_000), seed: 6 },
    );
    // Another digit is still plain.
    expect(plain).toBeGreaterThan(3);
    for (let end = 0; end < text.length; end += 1) expect(read(text.slice(0, end))).toBeNull();
  });

  it('reject anything else', () => {
    const row = (more: string) => `[{"courier_id":"${COURIER}","lat":1,"lng":2${more}}]`;
    const ts = ',"ts":"2026-03-10T12:00:00Z"';
    expect(read(row(ts))).not.toBeNull();
    for (const odd of [
      '',
      '[]',
      '[',
      ']',
      '{}',
      'null',
      '[null]',
      '[[]]',
      '[{}]',
      `${row(ts)} x`,
      `x${row(ts)}`,
      row(''),
      row(`${ts}${ts}`),
      row(`${ts},"lat":3`),
      row(`${ts},"hdop":1`),
      row(`${ts},`),
      ...['01', '1.', '.5', '+1', '-', '1e400', '-1', '1e', 'NaN', '"8"', 'true', '[]'].map(
        (value) => row(`${ts},"accuracy_m":${value}`),
      ),
      ...['2026-02-29', '2026-13-01', '1999-12-31', '2100-01-01', '2026-00-10'].map((day) =>
        row(`,"ts":"${day}T12:00:00Z"`),
      ),
      ...['T24:00:00Z', 't12:00:00Z', 'T12:60:00Z', 'T12:00:00', 'T12:00:00.12Z'].map((time) =>
        row(`,"ts":"2026-03-10${time}"`),
      ),
      row(',"ts":1773144000'),
      row(',"ts":1773144000000.5'),
      row(',"ts":null'),
      row(ts).replace('"lat":1', '"lat":91'),
      row(ts).replace('"lat":1', '"lat":null'),
      row(ts).replace('cou_0', 'cou_A'),
      row(ts).replace('"lat"', '"l\\u0061t"'),
      JSON.stringify(new Array(501).fill(FINE)),
    ]) {
      expect([odd, read(odd)]).toEqual([odd, null]);
    }
    expect(read(JSON.stringify(new Array(500).fill(FINE)))).toHaveLength(500);
    // The courier is named once: by the path, or in each position.
    expect(read(row(ts), false)).toBeNull();
    expect(read(row(ts).replace(`"courier_id":"${COURIER}",`, ''))).toBeNull();
    // Long numbers and those with exponents are left to the language.
    const long = '0.12345678901234567';
    expect(read(row(`${ts},"accuracy_m":${long}`))?.[0]?.position.accuracyM).toBe(Number(long));
    expect(read(row(`${ts},"accuracy_m":1.5E+2`))?.[0]?.position.accuracyM).toBe(150);
  });
});
