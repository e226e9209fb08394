import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../../kernel/test-text.ts';
import { englishItem } from '../../platform/messages/error-text.ts';
import { FACILITY_COLUMNS, FAULTS_MAX, readFacilityCsv } from './read-csv.ts';

const OPTIONS = {
  carrier: null,
  isCarrier: (name: string) => name === 'acme',
  rowsMax: 1_000,
};
const read = (text: string, options: Partial<typeof OPTIONS> = {}) =>
  readFacilityCsv(text, { ...OPTIONS, ...options });
const HEADER = FACILITY_COLUMNS.join(',');
const line = (fields: Partial<Record<(typeof FACILITY_COLUMNS)[number], string>>) =>
  `${HEADER}\n${FACILITY_COLUMNS.map((column) => fields[column] ?? '').join(',')}\n`;

describe('a file of facilities', () => {
  it('is read with all columns in any order, by their names', () => {
    const text = [
      '\uFEFFname,code,carrier,type,country,lat,lng,time_zone,aliases,city,region,postal_code',
      '"Memphis ""World"" Hub, TN",M1,ACME,Hub,us,35.05,-89.97,America/Chicago,MEM|Memphis|MEM,Memphis,TN,38118',
      '',
    ].join('\r\n');
    expect(read(text)).toEqual({
      facilities: [
        {
          line: 2,
          details: {
            carrier: 'acme',
            code: 'M1',
            name: 'Memphis "World" Hub, TN',
            type: 'hub',
            city: 'Memphis',
            region: 'TN',
            postalCode: '38118',
            country: 'US',
            lat: 35.05,
            lng: -89.97,
            timeZone: 'America/Chicago',
            aliases: ['MEM', 'Memphis'],
          },
        },
      ],
      faults: [],
      faultCount: 0,
      rowCount: 1,
    });
  });

  it('needs nothing but codes; the rest has sense without', () => {
    const [first] = read('code\n0992\n', { carrier: 'acme' } as never).facilities;
    expect(first?.details).toMatchObject({ carrier: 'acme', code: '0992', name: '0992' });
    expect(first?.details).toMatchObject({ type: 'other', timeZone: null, aliases: [] });
  });

  it.each([';', '\t'])('may be divided by %j', (delimiter) => {
    const text = `code;city;country\nM1;Köln, Bonn;Germany\n`.replaceAll(';', delimiter);
    expect(read(text).facilities[0]?.details).toMatchObject({ city: 'Köln, Bonn', country: 'DE' });
  });
});

describe('a fault is reported with line, column and what to do', () => {
  it.each([
    ['a zone that is none', { code: 'A', time_zone: 'America/Memphis' }, 'time_zone', /IANA/],
    ['an abbreviation', { code: 'A', time_zone: 'EST' }, 'time_zone', /IANA/],
    ['an offset', { code: 'A', time_zone: '+01:00' }, 'time_zone', /IANA/],
    [
      'a zone of another country',
      { code: 'A', country: 'US', time_zone: 'Europe/Berlin' },
      'time_zone',
      /America\/Chicago/,
    ],
    ['no code', { name: 'A' }, 'code', /as used in reports/],
    ['a code without a letter', { code: '--' }, 'code', /reports/],
    ['a type that is none', { code: 'A', type: 'warehouse' }, 'type', /sort_center/],
    ['a carrier that does not exist', { code: 'A', carrier: 'acne' }, 'carrier', /waybill doctor/],
    ['a country that is none', { code: 'A', country: 'Absurdistan' }, 'country', /ISO 3166/],
    ['a country code that is none', { code: 'A', country: 'ZZ' }, 'country', /ISO 3166/],
    ['half a position', { code: 'A', lat: '35' }, 'lng', /both/],
    ['an impossible position', { code: 'A', lat: '91', lng: '0' }, 'lat', /-90 to 90/],
    ['a decimal comma', { code: 'A', lat: '"35,05"', lng: '1' }, 'lat', /point/],
    ['a long name', { code: 'A', name: 'x'.repeat(121) }, 'name', /at most 120/],
  ])('%s', (_, fields, column, fix) => {
    const { facilities, faults } = read(line(fields));
    expect(facilities).toEqual([]);
    expect(faults.map(englishItem)).toEqual([
      { line: 2, column, reason: expect.any(String), fix: expect.stringMatching(fix) },
    ]);
  });

  it('the same code twice, with the line of the first, and in lines that fields span', () => {
    const text = 'code,name\nM1,"a\nb"\nM2,x\nm1,y\n';
    expect(read(text).faults.map(englishItem)).toEqual([
      { line: 2, column: 'name', reason: expect.stringContaining('control'), fix: 'Remove it.' },
    ]);
    const twice = read('code,name\nM1,"a, b"\nM2,x\nm1,y\n');
    expect(twice.faults).toMatchObject([{ line: 4, column: 'code' }]);
    expect(twice.faults.map(englishItem)[0]?.reason).toContain('Line 2');
  });

  it.each([
    ['', 1, null, 'empty'],
    ['name,city\nA,B\n', 1, 'code', 'no such column'],
    ['code,colour\nA,red\n', 1, 'colour', 'Unknown column'],
    ['code,code\nA,B\n', 1, 'code', 'twice'],
    ['code,name\nA,"never closed\nB,b\n', 2, null, 'not closed'],
    ['code,name\nA,b,c\n', 2, null, '3 fields'],
    ['code\nA\nB\n', 1, null, '2 lines', 1],
  ])('of the file as a whole: %j', (text, at, column, reason, rowsMax = 1_000) => {
    const { faults } = read(text, { rowsMax: Number(rowsMax) });
    expect(faults.map(englishItem)).toEqual([
      { line: at, column, reason: expect.stringContaining(reason), fix: expect.any(String) },
    ]);
  });

  it('good lines next to bad ones are imported, and a hundred faults are enough', () => {
    const bad = Array.from({ length: 300 }, () => ',hub').join('\n');
    const found = read(`code,type\nM1,hub\n${bad}\nM2,hub\n`);
    expect(found.facilities.map(({ line: at }) => at)).toEqual([2, 303]);
    expect([found.faults.length, found.faultCount, found.rowCount]).toEqual([FAULTS_MAX, 300, 302]);
  });

  it('whatever the text, as an answer and never as a throw', () => {
    const texts = fc.oneof(
      anyText({ maxLength: 200 }),
      fc.array(fc.constantFrom('code', ',', '"', '\n', 'A', ';', '\0', 'name'), { maxLength: 60 }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const found = read(Array.isArray(text) ? `code,name\n${text.join('')}` : text);
        expect(found.faults.length).toBeLessThanOrEqual(FAULTS_MAX);
        for (const fault of found.faults) expect(fault.fix).not.toBe('');
      }),
    );
  });
});
