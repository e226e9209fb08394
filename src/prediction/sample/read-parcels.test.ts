import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PARCEL_COLUMNS, readParcels, readParcelsOf } from './read-open.ts';

const GOOD = {
  shipment_id: 'S1',
  carrier: 'acme',
  origin_region: 'SP',
  destination_region: 'RJ',
  destination_lat: '-22.9',
  weight_g: '300',
  label_at: '2026-03-01 09:00:00',
  handed_over_at: '2026-03-02T10:00:00-03:00',
  delivered_at: '2026-03-05T11:00:00-03:00',
  promised_date: '2026-03-09',
};

function csv(...rows: readonly Readonly<Record<string, string>>[]): string {
  const lines = rows.map((row) => PARCEL_COLUMNS.map((column) => row[column] ?? '').join(','));
  return [PARCEL_COLUMNS.join(','), ...lines, ''].join('\n');
}

function read(text: string) {
  const result = readParcels(text);
  if (!result.ok) throw new Error(result.reason);
  return result;
}

describe('reading parcels', () => {
  it('keeps instants and what the clocks of the places showed', () => {
    const [parcel] = read(csv(GOOD)).parcels;
    expect(parcel?.handedOverAt).toEqual({
      instantMs: Date.parse('2026-03-02T13:00:00Z'),
      wallMs: Date.parse('2026-03-02T10:00:00Z'),
    });
    expect(parcel?.promisedDay).toBe(Date.parse('2026-03-09T00:00:00Z') / 86_400_000);
    expect(parcel?.weightG).toBe(300);
    expect(parcel?.origin.lat).toBeNull();
  });

  it('ignores unknown columns, in any order', () => {
    const names = ['colour', ...[...PARCEL_COLUMNS].reverse()];
    const line = names.map((name) => (name === 'handed_over_at' ? '2026-03-02' : '')).join(',');
    expect(read(`${names.join(',')}\n${line}\n`).parcels).toHaveLength(1);
  });

  it.each([
    [{ delivered_at: '2026-03-01T11:00:00-03:00' }, 'delivered_at is before handed_over_at'],
    [{ delivered_at: '2028-03-01T11:00:00Z' }, 'delivered_at is 730 days later'],
    [{ delivered_at: 'yesterday' }, 'delivered_at is not a time: "yesterday"'],
    [{ delivered_at: 'NaN' }, 'delivered_at is not a time: "NaN"'],
    [{ handed_over_at: '' }, 'handed_over_at is empty'],
    [{ handed_over_at: '2026-02-30 10:00' }, 'handed_over_at is not a time: "2026-02-30 10:00"'],
    [{ handed_over_at: '0001-01-01 10:00' }, 'handed_over_at is not a time: "0001-01-01 10:00"'],
  ])('leaves out a row with impossible times: %j', (change, reason) => {
    const { parcels, faults, refused } = read(csv(GOOD, { ...GOOD, shipment_id: 'S2', ...change }));
    expect(parcels).toHaveLength(1);
    expect(refused).toBe(1);
    expect(faults).toEqual([{ line: 3, fate: 'refused', reason }]);
  });

  it.each([
    [{ weight_g: 'NaN' }, 'weight_g is not a number from 0 to 10000000: "NaN"'],
    [{ weight_g: '-1' }, 'weight_g is not a number from 0 to 10000000: "-1"'],
    [{ destination_lat: '91' }, 'destination_lat is not a number from -90 to 90: "91"'],
    [{ label_at: '2026-03-03 09:00:00' }, 'label_at is after handed_over_at: a clock was wrong'],
    [{ label_at: 'soon' }, 'label_at is not a time: "soon"'],
    [{ promised_date: '31/12' }, 'promised_date is not a time: "31/12"'],
    [{ promised_date: '2099-12-31' }, 'promised_date is 26967 days from handed_over_at'],
    [{ promised_date: '2025-02-28' }, 'promised_date is 367 days from handed_over_at'],
  ])('leaves out a cell that only describes the parcel: %j', (change, reason) => {
    const { parcels, faults, mended } = read(csv({ ...GOOD, ...change }));
    expect(parcels).toHaveLength(1);
    expect(mended).toBe(1);
    expect(faults).toEqual([{ line: 2, fate: 'mended', reason }]);
  });

  it('accepts a parcel once', () => {
    const { parcels, faults } = read(csv(GOOD, GOOD));
    expect(parcels).toHaveLength(1);
    expect(faults[0]?.reason).toBe('shipment_id repeats that of line 2');
  });

  it('counts each row without an id as a parcel', () => {
    expect(
      read(csv({ ...GOOD, shipment_id: '' }, { ...GOOD, shipment_id: '' })).parcels,
    ).toHaveLength(2);
  });

  it.each([
    ['', 1, 'the file is empty'],
    ['a,b\n', 1, /^columns missing: shipment_id, carrier, /],
    [`${PARCEL_COLUMNS.join(',')}\n"S1,\n`, 2, 'a quote is never closed'],
    [`${PARCEL_COLUMNS.join(',')},carrier\n`, 1, 'columns that appear twice: carrier'],
  ])('rejects an invalid file: %j', (text, line, reason) => {
    const result = readParcels(text);
    expect(result).toMatchObject({ ok: false, line });
    expect(result.ok ? '' : result.reason).toEqual(
      typeof reason === 'string' ? reason : expect.stringMatching(reason),
    );
  });

  it('reads a JSON array with the same names', () => {
    const read = readParcelsOf(
      JSON.stringify([{ ...GOOD, weight_g: 300 }, { weight_g: {} }, null]),
    );
    expect(read).toMatchObject({ ok: true, refused: 2, parcels: [{ id: 'S1', weightG: 300 }] });
    expect(readParcelsOf('[{')).toMatchObject({ ok: false });
  });

  it('accepts a parcel of a JSON array once, too, and lists at most a thousand faults', () => {
    const repeated = readParcelsOf(JSON.stringify([GOOD, GOOD, ...Array(1_500).fill({})]));
    expect(repeated).toMatchObject({ ok: true, parcels: [{ id: 'S1' }], refused: 1_501 });
    if (!repeated.ok) return;
    const reason = 'shipment_id repeats that of line 1';
    expect(repeated.faults[0]).toEqual({ line: 2, fate: 'refused', reason });
    expect(repeated.faults).toHaveLength(1_000);
  });

  it('leaves out the few that are far later than all others, and no more than a few', () => {
    const at = (year: number) => (_: unknown, index: number) => ({
      ...GOOD,
      shipment_id: `${year}-${index}`,
      promised_date: '',
      handed_over_at: `${year}-03-02`,
      delivered_at: `${year}-03-05`,
    });
    const many = Array.from({ length: 200 }, at(2026));
    const [first, second, third] = Array.from({ length: 3 }, at(2062));
    if (first === undefined || second === undefined || third === undefined) return;
    const { parcels, faults } = read(csv(first, ...many, second));
    expect(parcels).toHaveLength(200);
    const reason =
      'handed_over_at is 13149 days after that of nearly all others: a clock was wrong';
    expect(faults).toEqual([2, 203].map((line) => ({ line, fate: 'refused', reason })));
    expect(read(csv(...many, first, second, third)).refused).toBe(0);
    expect(read(csv(...many.slice(0, 90), first)).refused).toBe(0);
  });

  it('never throws', () => {
    const cell = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.constantFrom('1e999', '-0', 'Infinity', '2026-03-02', '2026-03-02T10:00:00.5+14:00'),
    );
    const row = fc.record(Object.fromEntries(PARCEL_COLUMNS.map((column) => [column, cell])));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), (rows) => {
        const quoted = rows.map((one) =>
          Object.fromEntries(
            Object.entries(one).map(([name, text]) => [name, `"${text.replaceAll('"', '""')}"`]),
          ),
        );
        const { parcels, refused } = read(csv(...quoted));
        expect(parcels.length + refused).toBe(rows.length);
        for (const { handedOverAt, deliveredAt } of parcels) {
          expect(Number.isFinite(handedOverAt.instantMs)).toBe(true);
          expect(Number.isFinite(deliveredAt?.instantMs ?? 0)).toBe(true);
        }
      }),
    );
  });
});
