import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyText } from '../../kernel/test-text.ts';
import { isPlainScan, scanSchema } from './read-scan.ts';

const PLAIN = {
  tracking_number: 'WB31415926535897',
  code: 'ARRIVE',
  scanned_at: '2026-03-14T09:26:53+01:00',
  facility_code: 'HAM-1',
  device_id: 'gate-2',
};

it('knows what scanners send', () => {
  expect(isPlainScan(PLAIN)).toBe(true);
  expect(isPlainScan({ ...PLAIN, scanned_at: '2026-03-14T09:26:53.123Z' })).toBe(true);
});

it.each([
  ['no object', 'text'],
  ['a list', [PLAIN]],
  ['no number', { code: 'ARRIVE', scanned_at: PLAIN.scanned_at }],
  ['another member', { ...PLAIN, colour: 'red' }],
  ['a member of Object', JSON.parse('{"__proto__":"x","code":"a","scanned_at":"2026"}')],
  ['a place', { ...PLAIN, lat: 1, lng: 2 }],
  ['blanks that are cut off', { ...PLAIN, code: ' ARRIVE' }],
  ['too long', { ...PLAIN, code: 'A'.repeat(65) }],
  ['a line break', { ...PLAIN, code: 'A\nB' }],
  ['no time', { ...PLAIN, scanned_at: '2026-03-14' }],
])('leaves %s to the schema', (_, value) => {
  expect(isPlainScan(value)).toBe(false);
});

const member = fc.oneof(
  fc.constantFrom('A', 'x y', ' a', 'b ', '', 'é', '\0', 'a\tb', 'z'.repeat(64), 'z'.repeat(65)),
  fc.string({ maxLength: 70 }),
  anyText({ maxLength: 5 }),
  fc.constantFrom<unknown>(null, 1, true, undefined, [], {}),
);
const time = fc.oneof(
  fc.constantFrom(
    '2026-03-14T09:26:53Z',
    '2026-03-14T09:26:53.5',
    '2026-03-14 09:26',
    '1999-01-01T00:00:00Z',
  ),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  member,
);
const row = fc.record(
  {
    tracking_number: member,
    code: member,
    scanned_at: time,
    carrier: member,
    piece: member,
    reason_code: member,
    facility_code: member,
    device_id: member,
    employee_id: member,
    note: member,
    lat: member,
    other: member,
  },
  { requiredKeys: [] },
);
const mostlyPlain = fc
  .tuple(row, fc.subarray(['tracking_number', 'code', 'scanned_at', 'device_id'] as const))
  .map(([odd, plain]) => ({
    ...PLAIN,
    ...Object.fromEntries(Object.entries(odd).filter(([name]) => plain.some((k) => k === name))),
  }));

it('never says yes to what the schema refuses or changes', () => {
  fc.assert(
    fc.property(fc.oneof(row, mostlyPlain), (value) => {
      if (isPlainScan(value)) expect(scanSchema.parse(value)).toEqual(value);
    }),
  );
});
