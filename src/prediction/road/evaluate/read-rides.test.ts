import { describe, expect, it } from 'vitest';
import { readFixes, readRides } from './read-rides.ts';

const HEADER = 'trip,cab_id,start_ts,start_lat,start_lng,end_ts,end_lat,end_lng,path_km';

describe('rides as CSV', () => {
  it('are read by column name, without anything known only afterwards', () => {
    const read = readRides(`${HEADER}\n7,c1,1000,37.7,-122.4,1600,37.8,-122.5,9.9\n`);
    expect(read).toEqual({
      ok: true,
      rows: [
        {
          id: '7',
          courier: 'c1',
          atMs: 1_000_000,
          wallMs: 1_000_000 - 8 * 3_600_000,
          from: { lat: 37.7, lng: -122.4 },
          to: { lat: 37.8, lng: -122.5 },
          endMs: 1_600_000,
        },
      ],
      faults: [],
    });
  });

  it('may have no courier and no end', () => {
    const read = readRides(
      'trip,start_ts,start_lat,start_lng,end_ts,end_lat,end_lng\n7,1000,53,10,,53.1,10\n',
    );
    expect(read.ok && [read.rows[0]?.courier, read.rows[0]?.endMs]).toEqual([null, null]);
  });

  it.each([
    [',c,1000,1,1,1600,2,2', 'it has no trip'],
    ['7,c,soon,1,1,1600,2,2', 'start_ts is "soon"; expected Unix seconds'],
    ['7,c,1000,91,1,1600,2,2', 'start_lat is "91"; expected a number from -90 to 90'],
    ['7,c,1000,1,1,1600,2,', 'end_lng is ""; expected a number from -180 to 180'],
    ['7,c,1000,1,1,later,2,2', 'end_ts is "later"; expected Unix seconds, or nothing'],
    ['7,c,1000,1,1,1000,2,2', 'it took 0 min; expected more than 0, up to a day'],
    [
      '7,c,1000,1,1,999999,2,2',
      'it took 16649.983333333334 min; expected more than 0, up to a day',
    ],
  ])('leaves out %s with the reason', (row, reason) => {
    const read = readRides(`${HEADER}\n${row}\n`);
    expect(read).toEqual({ ok: true, rows: [], faults: [{ line: 2, reason }] });
  });

  it('of another kind, or invalid, are rejected', () => {
    expect(readRides('')).toMatchObject({ ok: false, line: 1 });
    expect(readRides('trip,ts\n')).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/has no column start_ts/),
    });
    expect(readRides('trip,"start\n1')).toMatchObject({
      ok: false,
      reason: 'a quote is never closed',
    });
  });
});

it('fixes as CSV are read, without invalid ones', () => {
  const read = readFixes('trip,ts,lat,lng\n7,1000,1,2\n,1,1,1\n7,x,1,2\n7,1,1,200\n');
  expect(read).toEqual({
    ok: true,
    rows: [{ trip: '7', atMs: 1_000_000, lat: 1, lng: 2 }],
    faults: [
      { line: 3, reason: 'it has no trip' },
      { line: 4, reason: 'ts is "x"; expected Unix seconds' },
      { line: 5, reason: 'lng is "200"; expected a number from -180 to 180' },
    ],
  });
});
