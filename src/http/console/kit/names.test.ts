import { expect, it } from 'vitest';
import { destinationOf, laneIn } from './names.ts';

it('names the countries of a lane, one country once, and keeps what is unknown', () => {
  expect([
    laneIn('en', 'DE-04 → LI-94'),
    laneIn('de', 'DE-04 → DE-10'),
    laneIn('en', 'US → US'),
    laneIn('en', '? → DE-10'),
  ]).toEqual([
    'Germany 04… → Liechtenstein 94…',
    'Deutschland 04… → 10…',
    'US → US',
    '? → Germany 10…',
  ]);
});

it('links a lane to the country where it ends', () => {
  expect(destinationOf('DE-04 → LI-94')).toBe('LI');
  expect(destinationOf('US')).toBe('US');
  expect(destinationOf('elsewhere')).toBeNull();
});
