import { describe, expect, it } from 'vitest';
import { clockOf, dateOf, timeOf } from './time.ts';

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
