import { describe, expect, it } from 'vitest';
import { readCsv, readJsonLines } from './read-json-lines.ts';

const LINE = {
  id: 'P1',
  service: 'ground',
  created_h: 10.5,
  edd_day: 3,
  events: [
    [40, 'delivered'],
    [16.25, 'picked_up'],
    [20, 'arrived_hub'],
  ],
};
const json = (changes: object = {}) => JSON.stringify({ ...LINE, ...changes });

describe('JSON lines', () => {
  it.each([
    ['{', 'f:1: is not JSON'],
    ['[]', 'f:1: '],
    ['', 'f:1: contains no parcel'],
    [`${json()}\n\n${json({ id: 7 })}`, 'f:3: id'],
    [`${json()}\n${json({ events: [[1, 'teleported']] })}`, 'f:2: kind "teleported" is unknown'],
    [json({ events: [['soon', 'delivered']] }), 'f:1: events.0.0'],
    [json({ created_h: null }), 'f:1: created_h'],
  ])('that cannot be read (%s) say where and what to do', (text, begin) => {
    const read = readJsonLines(text, 'f');
    expect(read).toMatchObject({ ok: false, message: expect.stringContaining(begin) });
    expect(read.ok ? '' : read.message).toMatch(/; \w.+/);
  });

  it('count hours from a Monday, in order of time, by our statuses', () => {
    const read = readJsonLines(`${json({ carrier: 'acme' })}\n`, 'f');
    const [history] = read.ok ? read.histories : [];
    expect(history).toMatchObject({ trackingNumber: 'P1', carrier: 'acme', service: 'ground' });
    expect(new Date(history?.createdAtMs ?? 0).toISOString()).toBe('2026-01-05T10:30:00.000Z');
    expect(history?.edd).toEqual({ date: '2026-01-08' });
    expect(history?.facts.map(({ status }) => status)).toEqual([
      'picked_up',
      'at_facility',
      'delivered',
    ]);
  });
});

const HEADER = 'tracking_number,carrier,service,time_zone,created_at,edd,occurred_at,status';
const ROW = 'T1,acme,ground,America/Chicago,2026-01-05T08:00:00-06:00,2026-01-09';

describe('CSV', () => {
  it.each([
    ['', 'f:1: is empty'],
    ['number', 'f:1: column tracking_number'],
    [`${HEADER}\n${ROW}\n`, 'f:2: has 6 columns, the header 8'],
    [`${HEADER}\n${ROW},,,left over`, 'f:2: has 9 columns, the header 8'],
    [`${HEADER}\n\n${ROW},,\n"T2,acme\n`, 'f:4: a quote opens and never closes'],
    [HEADER.replace(',edd', ''), 'f:1: column edd is missing'],
    [HEADER, 'f:2: contains no parcel'],
    [`${HEADER}\n${ROW},2026-01-06,delivered`, 'f:2: occurred_at is "2026-01-06"'],
    [`${HEADER}\n${ROW},2026-01-06T10:00:00,delivered`, 'f:2: occurred_at'],
    [`${HEADER}\n${ROW},2026-01-06T10:00:00Z,gone`, 'f:2: status is "gone"'],
    [`${HEADER}\n${ROW.replace('Chicago', 'Springfield')},,`, 'f:2: time_zone'],
    [`${HEADER}\n${ROW.replace('2026-01-09', '9 January')},,`, 'f:2: edd'],
    [`${HEADER}\n\n${ROW.replace('T1', '')},,`, 'f:3: tracking_number is empty'],
    [`${HEADER}\n${ROW},,\n${ROW.replace('08:00', '09:00')},,`, 'f:3: created_at differs'],
  ])('that cannot be read says where and what to do', (text, begin) => {
    const read = readCsv(text, 'f');
    expect(read).toMatchObject({ ok: false, message: expect.stringContaining(begin) });
    expect(read.ok ? '' : read.message).toMatch(/; \w.+/);
  });

  it('collects the rows of a parcel, whatever the order of rows and columns', () => {
    const text = [
      'status,occurred_at,edd,created_at,time_zone,service,carrier,tracking_number',
      'delivered,2026-01-07T10:00:00-06:00,,2026-01-05T14:00:00Z,,,acme,T1',
      ',,2026-01-09,2026-01-05T14:00:00Z,UTC,"Ground, slow",acme,T2',
      'picked_up,2026-01-06T10:00:00+01:00,,2026-01-05T14:00:00Z,,,acme,T1',
    ].join('\r\n');
    const read = readCsv(text, 'f');
    expect(read.ok ? read.histories : read.message).toEqual([
      {
        trackingNumber: 'T1',
        carrier: 'acme',
        service: null,
        timeZone: null,
        createdAtMs: Date.UTC(2026, 0, 5, 14),
        edd: null,
        facts: [
          { atMs: Date.UTC(2026, 0, 6, 9), status: 'picked_up' },
          { atMs: Date.UTC(2026, 0, 7, 16), status: 'delivered' },
        ],
      },
      expect.objectContaining({ trackingNumber: 'T2', service: 'Ground, slow', facts: [] }),
    ]);
  });
});
