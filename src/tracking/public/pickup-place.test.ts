import { describe, expect, it } from 'vitest';
import type { ReportedPlace } from '../../adapters/contract/contract.ts';
import type { ReadStatus } from '../../kernel/status.ts';
import { buildingName, pickupPlace } from './pickup-place.ts';

const NOWHERE = { city: null, region: null, postalCode: null, country: null, facility: null };
const event = (status: ReadStatus, known: Partial<ReportedPlace> | null = {}) => ({
  status,
  place: known && { ...NOWHERE, ...known },
});
const BOULDER = { city: 'BOULDER', region: 'CO', country: 'US', postalCode: '80301' };
const waits = (known?: Partial<ReportedPlace> | null) => event('available_for_pickup', known);

describe('the pickup place of a parcel', () => {
  it('is the one its events name: the building and the town, no street and no postal code', () => {
    const events = [waits({ ...BOULDER, facility: 'CORNER SHOP' }), event('in_transit', BOULDER)];
    expect(pickupPlace('available_for_pickup', events)).toEqual({
      name: 'Corner Shop',
      location: 'Boulder, CO, US',
    });
  });

  it.each<[string, Parameters<typeof pickupPlace>[1]]>([
    ['a second scan without it', [waits(BOULDER), waits({ ...BOULDER, facility: 'Corner Shop' })]],
    [
      'a notice that says nothing of places',
      [waits(BOULDER), event('none'), waits({ facility: 'Corner Shop' })],
    ],
  ])('is named by the events before %s', (_, events) => {
    expect(pickupPlace('available_for_pickup', events)?.name).toBe('Corner Shop');
  });

  it.each<[string, Parameters<typeof pickupPlace>[1]]>([
    [
      'another wait, before it went on',
      [waits(BOULDER), event('in_transit'), waits({ ...BOULDER, facility: 'Corner Shop' })],
    ],
    ['another town', [waits(BOULDER), waits({ city: 'Denver', facility: 'Corner Shop' })]],
    ['an event of another kind', [waits(BOULDER), event('at_facility', { facility: 'Big Hub' })]],
    ['a code of the carrier’s', [waits({ ...BOULDER, facility: '0992' })]],
    ['no place at all', [waits(null)]],
  ])('is not named by %s', (_, events) => {
    expect(pickupPlace('available_for_pickup', events)?.name).toBeNull();
  });

  it('is null while the parcel does not wait', () => {
    expect(pickupPlace('in_transit', [waits({ facility: 'Corner Shop' })])).toBeNull();
  });
});

it.each([
  ['PHARMACY ON MAIN', 'Pharmacy On Main'],
  ['Rewe', 'Rewe'],
  ['Packstation 101', 'Packstation 101'],
  ['KIOSKECK', 'Kioskeck'],
  ['TULA', null],
  ['MIA', null],
  ['0992', null],
  [' ', null],
  [null, null],
])('of a carrier’s facility is a name that people can find, and not a code: %j', (text, name) => {
  expect(buildingName(text)).toBe(name);
});
