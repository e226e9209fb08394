import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadAdapters } from '../../../adapters/index.ts';
import { spreadsheetRow } from '../../../intake/index.ts';
import type { ImportRow } from '../../../tracking/ports/imports.ts';
import { tryParse } from './parse-file.ts';
import { shipmentRowReader } from './read-row.ts';

const HEAD = ['id', 'tracking_number', 'carrier', 'order_ids', 'weight_g', 'promised_date', 'tags'];
/** Numbers and orders that a spreadsheet rounds, shortens, calculates or takes for dates. */
const PARCELS = [
  ['9400111899223197428490', 'usps', '10-12'],
  ['00340434161094015902', 'dhl', '0017'],
  ['794644790501', 'fedex', '1E5'],
  ['1Z999AA10123456784', 'ups', '=1+1'],
  ['RR123456785DE', 'dhl', '1.2.2026|#1001'],
] as const;

const exported = () =>
  `\uFEFF${[
    HEAD,
    ...PARCELS.map(([number, carrier, order], at) => [
      ...[`0191e3a0-1234-7abc-89ab-01234567890${at}`, number, carrier, order],
      ...['1500', '2026-12-24', 'größe|x'],
    ]),
  ]
    .map(spreadsheetRow)
    .join('')}`;

/** Reads a file's rows as an import does. */
async function read(bytes: Uint8Array) {
  const found = await tryParse({ bytes, named: {} });
  if (found.kind === 'refused') throw new Error(JSON.stringify(found.detail));
  const { columns, parts } = found.file;
  const rows = parts.flatMap((part) => JSON.parse(new TextDecoder().decode(part)) as ImportRow[]);
  const readRow = shipmentRowReader(await loadAdapters());
  return rows.map(({ fields }) => readRow(columns, fields));
}

const fixture = (name: string) =>
  readFileSync(new URL(`../../../../test/support/spreadsheets/${name}`, import.meta.url));

it.each(['as exported', 'saved', 'saved-german', 'saved-as-xlsx'])(
  'an export keeps numbers, orders and dates in a spreadsheet: %s',
  async (name) => {
    // What LibreOffice 7.4 made of `exported.csv` on 2026-12-01 (soffice --headless
    // --infilter=CSV:44,34,76,1 --convert-to …): CSV again, CSV with semicolons in a German locale,
    // a workbook and then CSV with tabs.
    expect(fixture('exported.csv').toString('utf8')).toBe(exported());
    const bytes = fixture(name === 'as exported' ? 'exported.csv' : `${name}.csv`);
    const rows = await read(bytes);
    expect(rows).toMatchObject(
      PARCELS.map(([trackingNumber, carrier, order]) => ({
        shipments: [
          {
            ...{ trackingNumber, carrier, orderIds: order.split('|') },
            ...{ weightG: 1500, promisedDate: '2026-12-24', tags: ['größe', 'x'] },
          },
        ],
      })),
    );
  },
);
