import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FoldEstimate } from '../../tracking/fold/fold-input.ts';
import { publicTrack } from '../public/tracking/schema.ts';
import { openTestPublic, type TestPublic } from '../public/tracking/test-public.ts';
import { type Caller, callerOf } from '../testing/test-client.ts';
import { eventPage } from './events/schema.ts';
import { shipmentDetail, shipmentPage } from './shipments/output-schema.ts';

let site: TestPublic;
let call: Caller;
beforeAll(async () => {
  site = await openTestPublic();
  call = callerOf(site.hub, (await site.hub.newKey({ merchant: 'shop' })).text);
});
afterAll(() => site.close());

/** Gives the parcel that estimate and an event, so that every output includes it. */
async function shownFor(number: string, estimate: FoldEstimate, postalCode: string | null) {
  const [carrier] = site.carriers;
  const destination = {
    country: 'US',
    ...(postalCode === null ? {} : { postal_code: postalCode }),
  };
  const made = await call('POST', '/v1/shipments', {
    carrier,
    tracking_number: number,
    destination,
  });
  const id = String(made.body['id']);
  const predicted = { ...estimate, source: 'model', confidence: 0.7, late: false, moved: null };
  await site.hub.db.pipeline.query('update shipments set predicted_delivery = $2 where id = $1', [
    id,
    JSON.stringify(predicted),
  ]);
  await call('POST', `/v1/shipments/${id}/status`, { status: 'picked_up' });
  const detail = shipmentDetail.parse((await call('GET', `/v1/shipments/${id}`)).body);
  const list = shipmentPage.parse((await call('GET', '/v1/shipments?limit=100')).body);
  const shown = publicTrack.parse((await site.call('GET', `/v1/track/${carrier}/${number}`)).body);
  const feed = eventPage.parse((await call('GET', '/v1/events?limit=500')).body);
  const last = feed.data.filter(({ data }) => data.id === id).at(-1);
  return [
    detail.estimated_delivery,
    list.data.find((each) => each.id === id)?.estimated_delivery,
    shown.estimated_delivery,
    last?.data['estimated_delivery'],
  ];
}

const CHICAGO = { time_zone: 'America/Chicago', zone_source: 'postal_code' };
const NOWHERE = { time_zone: null, zone_source: 'none', from: null, to: null };

describe('an estimated delivery, in the API, the feed and the public answer', () => {
  it.each([
    [
      'a day',
      { date: '2026-03-12', from: null, to: null },
      '60601',
      {
        precision: 'day',
        from_local: '2026-03-12',
        to_local: '2026-03-12',
        ...CHICAGO,
        from: '2026-03-12T05:00:00.000Z',
        to: '2026-03-13T04:59:59.000Z',
      },
    ],
    [
      'hours whose zone is known',
      { date: '2026-03-12', from: '2026-03-12T09:00', to: '2026-03-12T12:00:00-05:00' },
      '60601',
      {
        precision: 'time',
        ...CHICAGO,
        from: '2026-03-12T14:00:00.000Z',
        to: '2026-03-12T17:00:00.000Z',
        from_local: '2026-03-12T09:00:00',
        to_local: '2026-03-12T12:00:00',
      },
    ],
    [
      'hours whose zone nobody knows',
      { date: '2026-03-12', from: '2026-03-12T09:00', to: '2026-03-12T12:00' },
      null,
      {
        precision: 'time',
        ...NOWHERE,
        from_local: '2026-03-12T09:00:00',
        to_local: '2026-03-12T12:00:00',
      },
    ],
    [
      'days of ours',
      { date: '2026-03-12', from: '2026-03-11', to: '2026-03-16' },
      null,
      { precision: 'day', ...NOWHERE, from_local: '2026-03-11', to_local: '2026-03-16' },
    ],
    [
      'an offset that was sent',
      { date: '2026-03-12', from: null, to: '2026-03-12T20:00:00-08:00' },
      null,
      {
        precision: 'time',
        time_zone: '-08:00',
        zone_source: 'offset',
        from: null,
        to: '2026-03-13T04:00:00.000Z',
        to_local: '2026-03-12T20:00:00',
      },
    ],
  ])('has one format: %s', async (what, estimate, postalCode, expected) => {
    const number = `9000000000${what.length}`;
    for (const found of await shownFor(number, estimate, postalCode)) {
      expect(found).toMatchObject({ date: '2026-03-12', source: 'model', ...expected });
    }
  });
});
