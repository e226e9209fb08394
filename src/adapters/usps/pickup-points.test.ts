import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answerOf, scriptedSession } from '../session/test-carrier-session.ts';
import { pickupPoints, readLockers, readPostOffices } from './pickup-points.ts';

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, 'fixtures/extras', `${name}.json`), 'utf8');
const OFFICES = fixture('post-offices');
const LOCKERS = fixture('lockers');
const PLACE = { country: 'US', postalCode: '10463' };

describe('USPS locations', () => {
  it('are read with the counter’s hours, and by ZIP+4 where an office has no id', () => {
    expect(readPostOffices(JSON.parse(OFFICES))).toMatchObject([
      {
        id: '10463-0001',
        kind: 'post_office',
        name: 'SAMPLE PLAZA',
        distanceM: 322,
        hours: [
          ...['monday', 'tuesday', 'wednesday', 'thursday', 'friday'].map((weekday) => ({
            weekday,
            opens: '08:00',
            closes: '16:00',
          })),
          { weekday: 'saturday', opens: '09:00', closes: '13:00' },
        ],
        services: ['pickup', 'dropoff', 'label_printing'],
        temporarilyClosed: true,
      },
      { id: '1000002', hours: [{ weekday: 'sunday', opens: '10:00', closes: '12:00' }] },
    ]);
  });

  it('of lockers come without a distance unless we know from where', () => {
    const lockers = JSON.parse(LOCKERS) as unknown;
    expect(readLockers(lockers, null)).toMatchObject([
      { id: '1368559', distanceM: null, services: ['pickup', 'returns', 'label_printing'] },
      { id: '1368560', lat: null, lng: null, temporarilyClosed: true },
    ]);
    const from = { lat: 25.77, lng: -80.21 };
    expect(readLockers(lockers, from)?.map(({ distanceM }) => distanceM)).toEqual([1_001, null]);
  });

  it('cost one call unless lockers are wanted too', async () => {
    const pathsOf = async (query: Parameters<typeof pickupPoints>[0]) => {
      const session = scriptedSession(({ path }) =>
        answerOf(200, path.includes('locker') ? LOCKERS : OFFICES),
      );
      const { outcome } = await pickupPoints(query, session);
      return [outcome, ...session.calls.map(({ path }) => path)];
    };
    const types = 'postOfficeType=POST_OFFICE%2CCONTRACT_POSTAL_UNIT%2CVILLAGE_POST_OFFICE';
    expect(await pathsOf({ ...PLACE, postalCode: '10463-1234' })).toEqual([
      'points',
      `/locations/v3/post-office-locations?ZIPCode=10463&${types}&radius=7&limit=20`,
    ]);
    expect(
      await pathsOf({ ...PLACE, lat: 40.9, lng: -73.9, radiusM: 500, kinds: ['post_office'] }),
    ).toEqual([
      'points',
      `/locations/v3/post-office-locations?LAT=40.9&LONG=-73.9&${types}&radius=1&limit=20`,
    ]);
    const both = await pathsOf({ ...PLACE, kinds: ['locker', 'post_office'], limit: 3 });
    expect(both).toHaveLength(3);
    expect(both[2]).toBe('/locations/v3/parcel-locker-locations?ZIPCode=10463&limit=3');
    expect(await pathsOf({ ...PLACE, country: 'DE' })).toEqual(['none']);
    expect(await pathsOf({ ...PLACE, kinds: ['shop'] })).toEqual(['none']);
  });

  it('are none where USPS does not know the place, and a missing scope is reported', async () => {
    const of = async (status: number, body: unknown) =>
      (await pickupPoints(PLACE, scriptedSession([answerOf(status, body)]))).outcome;
    const error = (code: string, message: string) => ({ error: { code, message, errors: [] } });
    expect(await of(400, error('400', 'The address information is invalid.'))).toBe('none');
    expect(await of(400, '<html></html>')).toBe('error');
    expect(await of(403, error('403', 'Access is denied.'))).toBe('scope_missing');
    expect(await of(401, error('401', 'Insufficient OAuth scope.'))).toBe('scope_missing');
    expect(await of(200, { locations: [] })).toBe('none');
  });
});
