import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answerOf, scriptedSession } from '../session/test-carrier-session.ts';
import { pickupPoints, readLocations } from './pickup-points.ts';

const FIXTURE = readFileSync(join(import.meta.dirname, 'fixtures/extras/locations.json'), 'utf8');
const PLACE = { country: 'US', postalCode: '38017' };

describe('FedEx locations', () => {
  it('are read with their hours, services and limits, in our units', () => {
    expect(readLocations(FIXTURE)).toEqual([
      {
        id: 'SMPLA',
        kind: 'shop',
        name: 'FedEx OnSite at Sample Pharmacy',
        address: {
          street: '12 Sample Road, Suite 3',
          city: 'Collierville',
          region: 'TN',
          postalCode: '38017',
          country: 'US',
        },
        lat: 35.0421,
        lng: -89.6645,
        distanceM: 3_520,
        hours: [
          { weekday: 'monday', opens: '08:00', closes: '21:00' },
          { weekday: 'saturday', opens: '09:00', closes: '18:00' },
        ],
        services: ['pickup', 'dropoff', 'returns'],
        capacity: null,
        temporarilyClosed: false,
        weightMaxG: 24_948,
      },
      expect.objectContaining({
        id: 'LOCKR',
        kind: 'locker',
        distanceM: 805,
        hours: [{ weekday: 'tuesday', opens: '00:00', closes: '24:00' }],
        capacity: 'full',
        weightMaxG: 10_000,
      }),
    ]);
  });

  it('are requested by address, or around a point; types that hand out nothing never', async () => {
    const bodyOf = async (query: Parameters<typeof pickupPoints>[0]) => {
      const session = scriptedSession([answerOf(200, FIXTURE)]);
      await pickupPoints(query, session);
      const { body } = session.calls[0] ?? {};
      return body !== undefined && 'json' in body ? body.json : null;
    };
    expect(
      await bodyOf({ ...PLACE, city: 'Collierville', radiusM: 2_500, limit: 5 }),
    ).toMatchObject({
      locationsSummaryRequestControlParameters: {
        distance: { units: 'KM', value: 2.5 },
        maxResults: 5,
      },
      locationSearchCriterion: 'ADDRESS',
      location: { address: { postalCode: '38017', countryCode: 'US', city: 'Collierville' } },
      locationTypes: expect.not.arrayContaining(['FEDEX_SELF_SERVICE_LOCATION', 'FEDEX_STAFFED']),
    });
    expect(await bodyOf({ ...PLACE, lat: 35, lng: -89.6, kinds: ['locker'] })).toMatchObject({
      locationSearchCriterion: 'GEOGRAPHIC_COORDINATES',
      location: { longLat: { latitude: '35', longitude: '-89.6' } },
      locationTypes: ['FEDEX_SHIP_AND_GET'],
    });
  });

  it('of a kind that FedEx has not cost no call', async () => {
    const session = scriptedSession([]);
    const outcome = await pickupPoints({ ...PLACE, kinds: ['post_office'] }, session);
    expect([outcome.outcome, session.calls.length]).toEqual(['none', 0]);
  });

  it('are none where FedEx cannot place the address, and an error where the path is gone', async () => {
    const of = async (status: number, code: string) => {
      const answer = answerOf(status, { errors: [{ code }] });
      return (await pickupPoints(PLACE, scriptedSession([answer]))).outcome;
    };
    expect(await of(400, 'ERROR.LONGLAT.REQUIRED')).toBe('none');
    expect(await of(404, 'NOT.FOUND.ERROR')).toBe('error');
    expect(await of(403, 'FORBIDDEN.ERROR')).toBe('scope_missing');
    const empty = answerOf(200, { output: { totalResults: 0 } });
    expect((await pickupPoints(PLACE, scriptedSession([empty]))).outcome).toBe('none');
  });
});
