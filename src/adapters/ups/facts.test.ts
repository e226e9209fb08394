import { describe, expect, it } from 'vitest';
import { definedOnly } from '../../kernel/defined-only.ts';
import { clockOf, dateOf, timeOf } from './facts.ts';
import { adapter } from './index.ts';

const PARCEL = '1Z023E2X0214323462';
const DIGITS_18 = '801677000000000096';
const ROAD = '990728071';

interface Given {
  readonly number: string;
  readonly service?: string;
  readonly status: object;
  readonly current?: object;
}

function read({ number, service, status, current }: Given) {
  const activity = [{ status, date: '20240423', time: '095004', gmtOffset: '-04:00' }];
  const parcel = {
    trackingNumber: number,
    activity,
    currentStatus: current,
    service: service === undefined ? undefined : { description: service },
  };
  const text = JSON.stringify({
    trackResponse: { shipment: [{ inquiryNumber: number, package: [parcel] }] },
  });
  const outcome = adapter.parse({ text });
  if (outcome.outcome !== 'reports') throw new Error(outcome.reason);
  const [report] = outcome.reports;
  return { codes: report?.facts[0]?.codes, summary: report?.snapshot.summary?.codes ?? null };
}

describe('the list of a code', () => {
  it.each([
    ['18 digits', DIGITS_18, undefined],
    ['a number of the post office', '92748999964209543470000096', 'UPS Ground'],
    ['a number that starts with MI', 'MI 000000 12345678', undefined],
    ['the service', '123456789012', 'UPS Mail Innovations Expedited'],
  ])('is Mail Innovations by %s', (_why, number, service) => {
    const status = { type: 'D', code: 'p0', statusCode: '11' };
    expect(read({ number, ...definedOnly({ service }), status }).codes).toEqual({
      type: 'D',
      mail: 'P0',
      status3: '011',
    });
  });

  it.each([
    ['nine digits', ROAD, undefined, 'I'],
    ['ten digits', '3251026119', undefined, 'I'],
    ['an ocean number', 'ER751105042015062', undefined, 'I'],
    ['the service', '123456789012', 'UPS Freight LTL', 'I'],
    ['a type that freight alone has', '123456789012', undefined, 'do'],
  ])('is freight by %s', (_why, number, service, type) => {
    const status = { type, code: '011' };
    expect(read({ number, ...definedOnly({ service }), status }).codes).toEqual({
      type: type.toUpperCase(),
      freight: '011',
    });
  });

  it('is the parcel network for its numbers, though the service be called freight', () => {
    const given = { number: PARCEL, service: 'UPS Worldwide Express Freight' };
    expect(read({ ...given, status: { type: 'X', code: '4M' } }).codes).toEqual({
      type: 'X',
      code: '4M',
    });
    expect(read({ number: '123456789012', status: { type: 'I', code: 'OF' } }).codes).toEqual({
      type: 'I',
      code: 'OF',
    });
  });
});

describe('three digits under freight', () => {
  const status = { type: 'I', code: '005' };

  it('are distinguished from two-letter codes, which are of freight only as an exception', () => {
    expect(read({ number: ROAD, status: { type: 'I', code: 'AR' } }).codes).toEqual({
      type: 'I',
      code: 'AR',
    });
    expect(read({ number: ROAD, status: { type: 'X', code: 'AR' } }).codes).toEqual({
      type: 'X',
      freight: 'AR',
    });
  });

  it('are a status code if the member says so', () => {
    expect(read({ number: ROAD, status: { ...status, statusCode: '021' } }).codes).toEqual({
      type: 'I',
      freight: '005',
      status3: '021',
    });
  });

  it('are not read as the current status, where 011 may be "Delivered" or on the road', () => {
    expect(read({ number: ROAD, status, current: { code: '011' } }).summary).toBeNull();
    expect(read({ number: ROAD, status, current: { type: 'D', code: '011' } }).summary).toEqual({
      type: 'D',
    });
    expect(read({ number: PARCEL, status, current: { code: '011' } }).summary).toEqual({
      status3: '011',
    });
  });
});

it('an event has the same identity whichever list its code belongs to', () => {
  const outcome = (number: string, code: string) =>
    adapter.parse({
      text: JSON.stringify({
        trackResponse: {
          shipment: [
            {
              inquiryNumber: number,
              package: [
                {
                  trackingNumber: number,
                  activity: [{ status: { type: 'I', code }, date: '20240423', time: '095004' }],
                },
              ],
            },
          ],
        },
      }),
    });
  const identity = ['ups-1', 'I', '005', '2024-04-23T09:50:04', ''];
  for (const number of [PARCEL, ROAD]) {
    expect(outcome(number, '005')).toMatchObject({ reports: [{ facts: [{ identity }] }] });
  }
  expect(outcome(DIGITS_18, 'ZR')).toMatchObject({
    reports: [{ facts: [{ identity: ['ups-1', 'I', 'ZR', '2024-04-23T09:50:04', ''] }] }],
  });
});

const WAYNE = { city: 'Wayne', region: 'NJ', postalCode: null, country: 'US', facility: null };

describe('timeOf', () => {
  it('has no time without a real date', () => {
    for (const date of [undefined, '', 'string', '20240230', '00000000', '2024-4-1']) {
      expect(timeOf({ date, time: '101500' }, WAYNE).precision).toBe('none');
    }
  });

  it('keeps the day of an unreadable clock', () => {
    for (const time of [undefined, 'string', '999999', '24:00:00', '1:2:3', '1234567']) {
      expect(timeOf({ date: '20240423', time }, WAYNE)).toMatchObject({
        local: '2024-04-23',
        precision: 'date',
      });
    }
  });

  it('knows the zone of a large city without a ZIP, in a state that keeps two clocks, too', () => {
    const louisville = { ...WAYNE, city: 'LOUISVILLE', region: 'KY' };
    const local = { date: '20240423', time: '091519' };
    expect(timeOf(local, louisville)).toMatchObject({ offsetMin: -240, zoneSource: 'postal_code' });
    expect(timeOf(local, { ...louisville, city: 'Columbia' }).offsetMin).toBeNull();
  });

  it('derives no offset from clocks that no zone could show', () => {
    const odd = { date: '20240423', time: '120000', gmtDate: '20240423', gmtTime: '160711' };
    expect(timeOf(odd, null)).toMatchObject({ offsetMin: null, zoneSource: 'none' });
    expect(timeOf({ ...odd, gmtDate: '20240501' }, null).offsetMin).toBeNull();
  });

  it.each([
    ['-05:00', -300],
    ['-04.00', -240],
    ['+05:30', 330],
    ['+00:00', 0],
  ])('reads the offset %s', (gmtOffset, offsetMin) => {
    expect(timeOf({ date: '20240423', time: '091519', gmtOffset }, WAYNE)).toMatchObject({
      local: '2024-04-23T09:15:19',
      offsetMin,
      zoneSource: 'offset',
    });
  });

  it.each([
    ['20240423', '74700', '034700', -240],
    ['20240423', '07:47:00', '034700', -240],
    ['20240423', '001500', '20:15:00', 20 * 60],
    ['20240424', '001500', '201500', -240],
  ])('derives the offset from a GMT clock of %s %s', (gmtDate, gmtTime, time, offsetMin) => {
    const { offsetMin: derived } = timeOf({ date: '20240423', time, gmtDate, gmtTime }, null);
    expect(derived).toBe(Math.abs(offsetMin) > 14 * 60 ? null : offsetMin);
  });

  it('falls back on the zone of the place, by its state', () => {
    expect(timeOf({ date: '20220126', time: '163000' }, WAYNE)).toMatchObject({
      offsetMin: -300,
      zone: 'America/New_York',
      zoneSource: 'postal_code',
    });
  });

  it('moves a lone GMT clock to the place by its offset, across midnight', () => {
    const gmt = { gmtDate: '20240423', gmtTime: '001500' };
    expect(timeOf({ ...gmt, gmtOffset: '-04.00' }, null)).toMatchObject({
      local: '2024-04-22T20:15:00',
      offsetMin: -240,
    });
    expect(timeOf(gmt, null)).toMatchObject({ local: '2024-04-23T00:15:00', offsetMin: 0 });
  });
});

describe('clocks and dates', () => {
  it('restores zeros that were lost at the front', () => {
    expect(clockOf('20240423', '74700')).toBe('2024-04-23T07:47:00');
    expect(clockOf('20240423', '0')).toBe('2024-04-23T00:00:00');
    expect(dateOf('2024-04-23')).toBe('2024-04-23');
  });
});
