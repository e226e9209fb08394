import { describe, expect, it } from 'vitest';
import { packData, unpackData } from './packed-data.ts';

const USUAL = {
  carrier: 'acme',
  tracking_number: 'ACME1',
  tracking_url: '/track/acme/ACME1',
  status: 'in_transit',
  confirmed: false,
  last_event_at: '2026-03-10T12:00:00Z',
  time_zone: null,
  created_at: '2026-03-10T12:00:00.000Z',
  tags: ['web'],
};

describe('the data of an entry', () => {
  it('are stored without the names of the members that nearly all have', () => {
    const { status, tags } = USUAL;
    expect(packData(USUAL)).toEqual({
      '': [
        'acme',
        'ACME1',
        '/track/acme/ACME1',
        false,
        '2026-03-10T12:00:00Z',
        null,
        Date.UTC(2026, 2, 10, 12),
      ],
      status,
      tags,
    });
  });

  it('are read as they were before, also when a restore has added a mark to them', () => {
    expect(unpackData(packData(USUAL))).toEqual(USUAL);
    expect(unpackData({ ...packData(USUAL), quiet: true })).toEqual({
      ...USUAL,
      quiet: true,
    });
  });

  it('without one of these members, and those of an earlier version, stay as they are', () => {
    const erased = { id: 's', deleted: true };
    expect(packData(erased)).toBe(erased);
    expect(unpackData(erased)).toEqual(erased);
    expect(unpackData(USUAL)).toEqual(USUAL);
  });
});
