import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOrdersFile } from './orders-file.ts';
import { readEvent } from './parse.ts';

const WRITTEN_AT_MS = Date.parse('2026-03-11T12:00:00Z');
const PLACED_AT = '2026-03-10T12:00:00Z';

function read(lines: readonly string[], mapping?: string) {
  const [header = [], ...rows] = lines.map((line) => line.split(','));
  return readOrdersFile({ header, rows, writtenAtMs: WRITTEN_AT_MS, settings: { mapping } });
}

/** The orders that follow from a file. */
function ordersOf(file: ReturnType<typeof read>) {
  if (file.kind === 'unreadable') throw new Error(file.reason);
  const { headers } = file;
  return file.bodies.flatMap((text) => {
    // A mapping that came later changes nothing.
    const settings = { mapping: 'id: other' };
    const event = readEvent({ shopUrl: 'https://shop.example', headers, text, settings });
    if (event.kind !== 'orders') throw new Error(JSON.stringify(event));
    expect(event.sentAtMs).toBe(WRITTEN_AT_MS);
    return event.orders;
  });
}

const faultsOf = (file: ReturnType<typeof read>) =>
  file.kind === 'orders' ? file.faults.map((fault) => fault && [fault.column, fault.reason]) : file;

describe('a file of orders', () => {
  it('has one order for rows with the same id, with all its numbers and items', () => {
    const file = read([
      'id,number,ordered_at,recipient.name,allows_messages,items.id,items.name,items.quantity,tracking_number,carrier,colour',
      `A-1,2001,${PLACED_AT},A. Example,no,1,Mug,2,JD014600000000001,dhl,red`,
      `B-2,,${PLACED_AT},,,,,,,,`,
      'A-1,,,,,2,Plate,1,JD014600000000002,dhl,',
      'A-1,,,,,2,Plate,1,JD014600000000001,dhl,',
    ]);
    expect(faultsOf(file)).toEqual([null, null, null, null]);
    expect(file).toMatchObject({ ignored: ['colour'] });
    const parcel = { carrier: 'dhl', shippedAtMs: null };
    expect(ordersOf(file)).toMatchObject([
      {
        ...{ id: 'A-1', number: '2001', orderedAtMs: Date.parse(PLACED_AT) },
        ...{ allowsMessages: false, isCancelled: false, recipient: { name: 'A. Example' } },
        items: [
          { id: '1', name: 'Mug', quantity: 2 },
          { id: '2', name: 'Plate', quantity: 1 },
        ],
        parcels: [
          { ...parcel, trackingNumber: 'JD014600000000001' },
          { ...parcel, trackingNumber: 'JD014600000000002' },
        ],
      },
      { id: 'B-2', number: 'B-2', allowsMessages: true, items: [], parcels: [] },
    ]);
  });

  it('rejects rows without an id or a time, of another width, and with a time that is none', () => {
    const file = read([
      'id,ordered_at,tracking_number',
      `,${PLACED_AT},JD1`,
      'A,,JD2',
      'B,yesterday,JD3',
      'C,JD4',
      `D,${PLACED_AT},JD5`,
    ]);
    expect(faultsOf(file)).toEqual([
      ['id', 'values.isMissing'],
      ['ordered_at', 'values.isMissing'],
      ['ordered_at', 'scans.notDateTime'],
      [null, { 'scans.fieldCountMismatch': { found: 2, wanted: 3 } }],
      null,
    ]);
    expect(ordersOf(file).map(({ id }) => id)).toEqual(['D']);
  });

  it('is read as the guide says', () => {
    const guide = readFileSync(new URL('../../../../docs/shops.md', import.meta.url), 'utf8');
    const [, csv = ''] = /```csv\n([^`]+)```/.exec(guide) ?? [];
    const file = read(csv.trim().split('\n'));
    expect(file).toMatchObject({ faults: [null, null], ignored: [] });
    expect(ordersOf(file)).toMatchObject([
      {
        recipient: { name: 'A. Example', email: 'a@example.com' },
        items: [
          { name: 'Mug', quantity: 2 },
          { name: 'Plate', quantity: 1 },
        ],
        parcels: [
          { trackingNumber: 'JD014600000000001', shippedAtMs: Date.parse('2026-03-10T16:00:00Z') },
          { trackingNumber: 'JD014600000000002' },
        ],
      },
    ]);
  });

  it('is read by the mapping of its shop, whatever the case of its columns', () => {
    const mapping = 'id: Bestellung\nordered_at: Datum\ntracking_number: Sendungsnummer\n';
    const file = read(
      ['BESTELLUNG,datum,Sendungsnummer', `7,${PLACED_AT},9400111202555842332607`],
      mapping,
    );
    expect(ordersOf(file)).toMatchObject([
      { id: '7', parcels: [{ trackingNumber: '9400111202555842332607' }] },
    ]);
  });

  it.each([
    ['without the column of the time', ['id,number'], 'ordered_at'],
    ['with a column twice', ['id,ordered_at,ID'], '"id" occurs twice'],
  ])('%s is unreadable', (_, lines, reason) => {
    expect(read(lines)).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining(reason),
    });
  });

  const word = fc.stringMatching(/^[A-Z][A-Z0-9]{0,9}$/);
  const anOrder = fc.record({
    id: word,
    number: word,
    parcels: fc.uniqueArray(word, { minLength: 1, maxLength: 4 }),
  });

  it('has the same orders in whatever order its rows are', () => {
    const orders = fc.uniqueArray(anOrder, { selector: ({ id }) => id, maxLength: 250 });
    fc.assert(
      fc.property(orders, fc.integer({ min: 1, max: 1_000 }), (given, seed) => {
        const rows = given.flatMap(({ id, number, parcels }) =>
          parcels.map((each) => `${id},${number},${PLACED_AT},${each}`),
        );
        const keyed = rows.map((row, index) => [((index + 1) * seed) % 1_009, row] as const);
        const mixed = keyed.toSorted(([one], [other]) => one - other).map(([, row]) => row);
        const file = read(['id,number,ordered_at,tracking_number', ...mixed]);
        const plain = ordersOf(file).map(({ id, number, parcels }) => {
          const numbers = parcels.map(({ trackingNumber }) => trackingNumber);
          return { id, number, parcels: numbers.sort() };
        });
        const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1);
        const wanted = given.map((each) => ({ ...each, parcels: each.parcels.toSorted() }));
        expect(plain.sort(byId)).toEqual(wanted.sort(byId));
      }),
      { numRuns: 50 },
    );
  });

  it('is never thrown at, and every row that is not rejected is in an order', () => {
    const mappings = fc.constantFrom('', '[', 'id: 1', 'items: id\nitem_id: a.b', 'number: id');
    const row = fc.array(fc.string({ unit: 'binary', maxLength: 8 }), { maxLength: 5 });
    fc.assert(
      fc.property(row, fc.array(row, { maxLength: 20 }), mappings, (more, rows, mapping) => {
        const settings = { mapping };
        const any = { rows, writtenAtMs: WRITTEN_AT_MS };
        readOrdersFile({ ...any, header: more, settings });
        const file = readOrdersFile({
          ...any,
          header: ['id', 'ordered_at', ...more],
          settings: {},
          rows: rows.map((fields) => ['A', PLACED_AT, ...fields]),
        });
        if (file.kind === 'unreadable') return;
        expect(file.faults).toHaveLength(rows.length);
        expect(ordersOf(file)).toHaveLength(file.faults.includes(null) ? 1 : 0);
      }),
    );
  });
});
