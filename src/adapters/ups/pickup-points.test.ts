import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answerOf, scriptedSession } from '../session/test-carrier-session.ts';
import { pickupPoints, readAccessPoints } from './pickup-points.ts';

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, 'fixtures/extras', `${name}.json`), 'utf8');
const PLACE = { country: 'DE', postalCode: '10115' };

describe('UPS Access Points', () => {
  it('are read by their public ids, with regular hours of a week that begins on Sunday', () => {
    expect(readAccessPoints(fixture('locator'))).toEqual({
      kind: 'points',
      points: [
        {
          id: 'U00000001',
          kind: 'shop',
          name: 'SAMPLE KIOSK',
          address: {
            street: 'MUSTERSTRASSE 1',
            city: 'BERLIN',
            region: null,
            postalCode: '10115',
            country: 'DE',
          },
          lat: 52.5163,
          lng: 13.3777,
          distanceM: 1_400,
          hours: [
            { weekday: 'monday', opens: '09:30', closes: '18:45' },
            { weekday: 'saturday', opens: '00:00', closes: '24:00' },
          ],
          services: ['pickup', 'dropoff', 'payment'],
          capacity: 'available',
          temporarilyClosed: false,
          weightMaxG: null,
        },
        expect.objectContaining({
          id: 'U00000002',
          kind: 'locker',
          distanceM: 805,
          hours: [{ weekday: 'tuesday', opens: '00:00', closes: '24:00' }],
          capacity: 'full',
          temporarilyClosed: true,
        }),
      ],
    });
  });

  it('are none where UPS finds none, and an error where it is busy', async () => {
    const of = async (name: string) =>
      pickupPoints(PLACE, scriptedSession([answerOf(200, fixture(name))]));
    expect(await of('locator-none')).toMatchObject({ outcome: 'none' });
    expect(await of('locator-busy')).toMatchObject({ outcome: 'error', retryAfterS: 30 });
    const envelope = { response: { errors: [{ code: '350101' }] } };
    const refused = scriptedSession([answerOf(400, envelope), answerOf(404, envelope)]);
    expect((await pickupPoints(PLACE, refused)).outcome).toBe('none');
    expect((await pickupPoints(PLACE, refused)).outcome).toBe('error');
  });

  it('are requested in whole kilometres, with coordinates of fifteen characters', async () => {
    const session = scriptedSession([answerOf(200, fixture('locator'))]);
    const query = { ...PLACE, city: 'Berlin', lat: 52.5, lng: -122.4194, radiusM: 7_200, limit: 9 };
    await pickupPoints(query, session);
    const [call] = session.calls;
    expect(call?.path).toBe('/api/locations/v3/search/availabilities/64?Locale=en_US');
    expect(call?.headers).toMatchObject({ transactionsrc: 'waybill' });
    expect(call?.body).toMatchObject({
      json: {
        LocatorRequest: {
          OriginAddress: {
            Geocode: { Latitude: '52.500000000000', Longitude: '-122.4194000000' },
            AddressKeyFormat: {
              PoliticalDivision2: 'Berlin',
              PostcodePrimaryLow: '10115',
              CountryCode: 'DE',
            },
          },
          LocationSearchCriteria: { MaximumListSize: '9', SearchRadius: '8' },
        },
      },
    });
  });

  it('are shops and lockers only, and nothing else costs a call', async () => {
    const session = scriptedSession([]);
    const outcome = await pickupPoints({ ...PLACE, kinds: ['carrier_facility'] }, session);
    expect([outcome.outcome, session.calls.length]).toEqual(['none', 0]);
  });
});
