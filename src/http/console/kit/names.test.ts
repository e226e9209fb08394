import { expect, it } from 'vitest';
import { areaIn, destinationOf, laneIn } from './names.ts';

it('names the places of a lane, one area once, and keeps what is unknown', () => {
  expect([
    laneIn('en', 'DE-04 → LI-94'),
    laneIn('de', 'DE-04 → DE-10'),
    laneIn('en', 'US → US'),
    laneIn('en', 'US → US-78'),
    laneIn('en', 'US-07 → US-78'),
    laneIn('en', 'CA-L5 → US-96'),
    laneIn('en', '? → DE-10'),
  ]).toEqual([
    'Germany 04* → Liechtenstein 94*',
    'Deutschland 04* → 10*',
    'Within US',
    'US → US TX 78*',
    'US NJ 07* → TX 78*',
    'Canada ON L5* → US 96*',
    '? → Germany 10*',
  ]);
});

it('links a lane to the country where it ends', () => {
  expect(destinationOf('DE-04 → LI-94')).toBe('LI');
  expect(destinationOf('US')).toBe('US');
  expect(destinationOf('elsewhere')).toBeNull();
});

it('writes the area of an address in its country’s order', () => {
  const hamburg = { postal_code: '22765', city: 'Hamburg', region: 'HH', country: 'DE' };
  const atlanta = { postal_code: '30307', city: 'Atlanta', region: 'GA', country: 'US' };
  expect([
    areaIn('en', hamburg),
    areaIn('de', hamburg),
    areaIn('en', atlanta),
    areaIn('en', { city: 'Paris' }),
    areaIn('en', { country: 'somewhere' }),
    areaIn('en', null),
  ]).toEqual([
    '22765 Hamburg, Germany',
    '22765 Hamburg, Deutschland',
    'Atlanta, GA 30307, US',
    'Paris',
    'somewhere',
    '',
  ]);
});
