import { describe, expect, it } from 'vitest';
import { englishItem } from '../../../platform/messages/error-text.ts';
import { readColumnsFile, rulesFor } from './columns-file.ts';
import { openDrop, timeReader } from './read-drop.ts';
import { fileOf, inPieces } from './test-drop-files.ts';

const YAML = `
time_zone: Europe/Berlin
columns:
  tracking_number: Barcode
facilities:
  HAM-1:
    files: ["ham*.csv", "hamburg-*"]
    date_format: dd.MM.yyyy HH:mm:ss
    separator: ";"
    columns:
      scanned_at: [Datum, Uhrzeit]
      device_id: Tor
    attributes:
      belt: Band
    values:
      code: ARRIVE
  BER-2: {}
`;

const rules = (fileName: string) => rulesFor(readColumnsFile(YAML, 'columns.yaml'), fileName);

async function scansIn(fileName: string, rows: readonly (readonly string[])[]) {
  const bytes = fileOf(rows, {
    separator: fileName.startsWith('ham') ? ';' : ',',
    encoding: 'utf-8',
    bom: true,
    lineEnd: '\r\n',
    quoteAll: false,
    endsWithLine: true,
  });
  const opened = await openDrop(inPieces(bytes, 7), { rules: rules(fileName), rowsAtOnce: 100 });
  const found = [];
  for await (const batch of opened.batches)
    found.push(
      ...batch.map(({ read }) => ('fault' in read ? { fault: englishItem(read.fault) } : read)),
    );
  return found;
}

describe('a file of columns', () => {
  it.each([
    [
      'columns:\n  number: x',
      /columns\.yaml:2:3: columns: number: expected one of tracking_number, code/,
    ],
    ['time_zone: Berlin', /columns\.yaml:1:12: time_zone: Write an IANA time zone/],
    ['date_format: dd.MM.', /date_format: expected a pattern with day and time/],
    ['date_format: dd.MM.yyyy', /date_format: expected a pattern with day and time/],
    ['separator: "|"', /separator: expected ",", ";" or tab/],
    ['encoding: ebcdic', /encoding: expected one of utf-8/],
    ['colums: {}', /Unrecognized key/],
    ['facilities:\n  A:\n    facility_code: B', /facilities\.A/],
    ['a: [', /is not YAML/],
  ])('that is wrong says where and what to write: %j', (yaml, said) => {
    expect(() => readColumnsFile(yaml, 'columns.yaml')).toThrow(said);
  });

  it('may be empty', () => {
    expect(readColumnsFile('# nothing yet\n', 'columns.yaml')).toEqual({});
  });

  it('finds the facility by the file’s name, the first that fits', () => {
    expect(rules('HAM-morning.CSV').facility).toBe('HAM-1');
    expect(rules('hamburg-2').facility).toBe('HAM-1');
    expect(rules('ham.txt').facility).toBeNull();
    expect(rules('ber-2_0815.csv')).toMatchObject({
      facility: 'BER-2',
      values: { facility_code: 'BER-2' },
      timeZone: 'Europe/Berlin',
      separator: null,
    });
  });

  it('is followed: columns, two for one time, zone, fixed values and attributes', async () => {
    const found = await scansIn('ham-0815.csv', [
      ['Uhrzeit', 'Datum', 'Barcode', 'Band', 'Tor', 'Gewicht'],
      ['09:26:53', '14.03.2026', 'WB1', '7', 'T4', '12'],
      ['09:26:53', '14.07.2026', 'WB2', '', 'T4', '12'],
      ['morning', '14.07.2026', 'WB3', '', 'T4', '12'],
    ]);
    const shared = { code: 'ARRIVE', facility_code: 'HAM-1', device_id: 'T4' };
    expect(found).toMatchObject([
      {
        scan: {
          ...shared,
          tracking_number: 'WB1',
          scanned_at: '2026-03-14T09:26:53+01:00',
          attributes: { belt: '7' },
        },
      },
      { scan: { ...shared, tracking_number: 'WB2', scanned_at: '2026-07-14T09:26:53+02:00' } },
      { fault: { pointer: '/scanned_at', reason: expect.stringContaining('date_format') } },
    ]);
  });

  it('names a column that the file has not', async () => {
    const missing = scansIn('ham-0815.csv', [['Uhrzeit', 'Datum', 'Barcode', 'Band']]);
    await expect(missing).rejects.toThrow(
      'columns.yaml says that device_id is in the column "Tor", which the file does not have',
    );
  });
});

describe('a time', () => {
  it.each([
    ['2026-03-10T11:00:00Z', '2026-03-10T11:00:00Z'],
    ['2026-03-10 11:00:00.25', '2026-03-10T11:00:00+01:00'],
    ['2026-10-25T02:30', '2026-10-25T02:30+02:00'],
    ['noon', 'noon'],
  ])('without an offset is the zone’s: %s', (text, wanted) => {
    expect(timeReader({ dateFormat: null, timeZone: 'Europe/Berlin' })(text)).toBe(wanted);
  });

  it.each([
    ["yyyyMMdd'T'HHmmss ZZZ", '20260310T110000 -0500', '2026-03-10T11:00:00-05:00'],
    ['M/d/yyyy h:mm a', '3/10/2026 9:05 PM', '2026-03-10T21:05:00'],
    ['M/d/yyyy h:mm a', '13/10/2026 9:05 PM', null],
  ])('is read by its format %s', (dateFormat, text, wanted) => {
    expect(timeReader({ dateFormat, timeZone: null })(text)).toBe(wanted);
  });
});
