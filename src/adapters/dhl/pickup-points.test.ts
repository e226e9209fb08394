import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answerOf, scriptedSession } from '../session/test-carrier-session.ts';
import { LOCATION_FINDER_ORIGIN } from './access.ts';
import { pickupPoints, readLocations } from './pickup-points.ts';

const FIXTURE = readFileSync(join(import.meta.dirname, 'fixtures/extras/locations.json'), 'utf8');
const PLACE = { country: 'DE', postalCode: '10115' };
/** A Friday, and in the kiosk's vacation. */
const FRIDAY_MS = Date.UTC(2026, 2, 6, 12);

describe('DHL locations', () => {
  it('are read with hours of weekdays only, and with how full they usually are', () => {
    expect(readLocations(FIXTURE, FRIDAY_MS)).toEqual([
      {
        id: '8007-400000001',
        kind: 'post_office',
        name: 'Muster-Kiosk',
        address: {
          street: 'Musterstraße 1',
          city: 'Berlin',
          region: null,
          postalCode: '10115',
          country: 'DE',
        },
        lat: 52.5311,
        lng: 13.3849,
        distanceM: 420,
        hours: [
          { weekday: 'monday', opens: '09:00', closes: '12:30' },
          { weekday: 'monday', opens: '14:00', closes: '18:00' },
          { weekday: 'saturday', opens: '09:00', closes: '13:00' },
        ],
        services: ['pickup', 'dropoff', 'cash_on_delivery', 'wheelchair_access'],
        capacity: null,
        temporarilyClosed: true,
        weightMaxG: null,
      },
      expect.objectContaining({
        id: '8003-4000002',
        kind: 'locker',
        name: 'Packstation 103',
        lat: 52.53,
        hours: [{ weekday: 'sunday', opens: '00:00', closes: '24:00' }],
        services: ['pickup'],
        capacity: 'low',
      }),
    ]);
    const [kiosk, locker] = readLocations(FIXTURE, FRIDAY_MS + 10 * 86_400_000) ?? [];
    expect([kiosk?.temporarilyClosed, locker?.capacity]).toEqual([false, 'available']);
  });

  it('are requested at the finder’s own host, by address or around a point', async () => {
    const callOf = async (query: Parameters<typeof pickupPoints>[0]) => {
      const session = scriptedSession([answerOf(200, FIXTURE)]);
      await pickupPoints(query, session);
      return session.calls[0];
    };
    expect(await callOf({ ...PLACE, city: 'Bad Düben', radiusM: 900, limit: 3 })).toEqual({
      method: 'GET',
      path:
        '/location-finder/v1/find-by-address?countryCode=DE&postalCode=10115' +
        '&addressLocality=Bad+D%C3%BCben&radius=900&limit=3',
      origin: LOCATION_FINDER_ORIGIN,
    });
    const around = await callOf({ ...PLACE, lat: 52.5, lng: 13.4, kinds: ['post_office'] });
    expect(around?.path).toBe(
      '/location-finder/v1/find-by-geo?latitude=52.5&longitude=13.4&radius=10000&limit=20' +
        '&locationType=postoffice&locationType=postbank',
    );
  });

  it('are none where DHL says so, and a failure where it is the account’s', async () => {
    const of = async (status: number, body: unknown) =>
      (await pickupPoints(PLACE, scriptedSession([answerOf(status, body)]))).outcome;
    expect(await of(404, { title: 'Not Found', status: 404 })).toBe('none');
    expect(await of(400, { title: 'Bad Request', status: 400 })).toBe('none');
    expect(await of(401, { title: 'Unauthorized', status: 401 })).toBe('auth_error');
    expect(await of(200, { locations: [] })).toBe('none');
  });
});
