import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliveredParcels, withStops } from '../../../../test/support/parcels/delivered-parcels.ts';
import { type Model, pooledSender, trainModel } from '../../../prediction/index.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { promises } from '../edd/schema.ts';
import { scores } from './routes.ts';

let plain: TestHub;
let learned: TestHub;
let without: Caller;
let withModel: Caller;
let merchantId: string;
let model: Model;
beforeAll(async () => {
  plain = await createTestHub();
  without = callerOf(plain, (await plain.newKey()).text);
  const land = withStops(deliveredParcels({ days: 60, parcelsADay: 20, seed: 5 }), 6);
  model = trainModel(
    land.map((parcel) => ({
      ...parcel,
      origin: { ...parcel.origin, country: 'DE' },
      destination: { ...parcel.destination, country: 'DE' },
    })),
    1,
  );
  const current = { version: 7, ...model };
  learned = await createTestHub({
    eddModel: {
      current: () => current,
      problem: () => null,
      refresh: async () => {},
      close: async () => {},
    },
  });
  const key = await learned.newKey({ merchant: 'shop' });
  withModel = callerOf(learned, key.text);
  merchantId = key.tenant.merchantId;
});
afterAll(async () => {
  await plain.close();
  await learned.close();
});

/** Now is noon of Tuesday, 10 March 2026, in UTC. */
const parcel = (over: object = {}) => ({
  shipment_id: 'A',
  carrier: 'acme',
  service_level: 'ground',
  sender_id: 'S1',
  origin: { country: 'DE', region: 'AA' },
  destination: { country: 'DE', region: 'CC', postal_code: '10115', lat: 4, lng: 10 },
  handed_over_at: '2026-03-10T11:00:00+01:00',
  ...over,
});
const score = (call: Caller, ...parcels: object[]) => call('POST', '/v1/edd/score', { parcels });

describe('estimates for many parcels at once', () => {
  it('use the rule while there is no model, in the order sent', async () => {
    const { status, body } = await score(without, parcel(), parcel({ shipment_id: 'B' }));
    expect(status).toBe(200);
    const { data, model_version } = scores.parse(body);
    expect(model_version).toBeNull();
    expect(data.map(({ shipment_id }) => shipment_id)).toEqual(['A', 'B']);
    expect(data[0]).toMatchObject({ source: 'rule', date: '2026-03-16', late: false });
    expect(data[0]?.reasons).toContainEqual(expect.objectContaining({ code: 'model_absent' }));
  });

  it('use the model where it is certain, and name its version', async () => {
    const { body } = await score(withModel, parcel());
    const { data, model_version } = scores.parse(body);
    expect(model_version).toBe(7);
    expect(data[0]).toMatchObject({ source: 'model', late: false });
    expect(data[0]?.reasons[0]).toEqual({
      code: 'model_chosen',
      text: 'The date is that of comparable parcels.',
    });
    expect((data[0]?.from_local ?? '') <= (data[0]?.date ?? '')).toBe(true);
    expect((data[0]?.date ?? '') >= '2026-03-10').toBe(true);
  });

  it('identify a sender as in training, so that no merchant can query another’s', async () => {
    const seen: string[] = [];
    const { statistics } = model.learner.learned();
    const standing = statistics.standing.bind(statistics);
    statistics.standing = (candidate, nowMs) => {
      seen.push(candidate.sender);
      return standing(candidate, nowMs);
    };
    await score(withModel, parcel());
    expect(seen).toContain(pooledSender(merchantId, 'S1'));
  });

  it('accept a thousand parcels, and reject more, none, and impossible times', async () => {
    const many = Array.from({ length: 1_000 }, (_, index) => parcel({ shipment_id: `P${index}` }));
    const { status, body } = await score(withModel, ...many);
    expect(status).toBe(200);
    expect(scores.parse(body).data).toHaveLength(1_000);
    expect((await score(withModel, ...many, parcel())).status).toBe(422);
    expect((await score(withModel)).status).toBe(422);
    for (const odd of ['2024-01-01T00:00:00Z', '2026-06-01T00:00:00Z', '2026-03-10', 'NaN', 5]) {
      const refused = await score(withModel, parcel(), parcel({ handed_over_at: odd }));
      expect(refused.status).toBe(422);
      expect(refused.text).toContain('/parcels/1/handed_over_at');
    }
  });

  it('cause no 5xx for parcels that are late, foreign, of tomorrow or nowhere', async () => {
    const { status, body } = await score(
      withModel,
      parcel({ handed_over_at: '2026-02-10T11:00:00Z', promised_date: '2026-02-12' }),
      parcel({ handed_over_at: '2025-06-10T11:00:00Z' }),
      parcel({ handed_over_at: '2026-03-20T11:00:00Z', label_at: '2026-03-25T00:00:00Z' }),
      parcel({ destination: { country: 'AQ' }, carrier: 'constructor', service_level: null }),
    );
    expect(status).toBe(200);
    const { data } = scores.parse(body);
    expect(data[0]).toMatchObject({ late: true });
    expect((data[0]?.date ?? '') >= '2026-03-10').toBe(true);
    expect(data[1]).toMatchObject({ source: 'none', date: null });
    expect((data[2]?.date ?? '') >= '2026-03-20').toBe(true);
  });
});

describe('scans of them since', () => {
  const handed_over_at = '2026-03-09T08:00:00Z';
  const depot = { status: 'at_facility', at: '2026-03-10T08:00:00+01:00', facility: 'Depot CC' };
  const vehicle = { status: 'out_for_delivery', at: '2026-03-10T11:30:00Z', facility: 'Depot CC' };
  const dateOf = async (call: Caller, scans: readonly object[] | undefined) => {
    const { status, body } = await score(call, parcel({ handed_over_at, scans }));
    expect(status).toBe(200);
    const [only] = scores.parse(body).data;
    return only;
  };

  it('change the model’s estimate, and its reasons', async () => {
    expect(model.learner.learned().stage.isGrown).toBe(true);
    const none = await dateOf(withModel, undefined);
    const there = await dateOf(withModel, [depot]);
    const soon = await dateOf(withModel, [depot, vehicle]);
    for (const is of [none, there, soon]) expect(is).toMatchObject({ source: 'model' });
    expect((none?.date ?? '') > '2026-03-11').toBe(true);
    expect((there?.date ?? '') <= '2026-03-11').toBe(true);
    expect(soon).toMatchObject({
      date: '2026-03-10',
      from_local: '2026-03-10',
      to_local: '2026-03-10',
    });
  });

  it('are the starting point of the rule', async () => {
    const none = await dateOf(without, undefined);
    const there = await dateOf(without, [depot, { ...depot, status: 'exception' }]);
    expect(none?.reasons).toContainEqual(expect.objectContaining({ after: 'hand_over' }));
    expect(there?.reasons).toContainEqual(expect.objectContaining({ after: 'scan' }));
    expect(there).toMatchObject({ source: 'rule', date: '2026-03-12' });
  });

  it('are ignored when impossible', async () => {
    const odd = [
      { ...vehicle, at: '2026-03-10T12:30:00Z' },
      { ...vehicle, at: '2027-03-10T12:30:00Z' },
      { ...vehicle, at: '2026-03-08T12:30:00Z' },
      { ...vehicle, at: '2000-01-01T00:00:00Z' },
    ];
    expect(await dateOf(withModel, odd)).toEqual(await dateOf(withModel, []));
  });

  it('give no estimate for a parcel waiting for collection', async () => {
    const waits = [depot, { ...vehicle, status: 'available_for_pickup' }];
    expect(await dateOf(withModel, waits)).toMatchObject({ source: 'none', date: null });
  });

  it('are rejected when invalid or too many', async () => {
    const many = Array.from({ length: 41 }, () => depot);
    const wrong = { ...depot, status: 'delivered' };
    for (const scans of [many, [wrong], [{ status: 'in_transit' }], [{ ...depot, at: 'noon' }]]) {
      const { status, text } = await score(withModel, parcel({ handed_over_at, scans }));
      expect(status).toBe(422);
      expect(text).toContain('/parcels/0/scans');
    }
  });
});

describe('a promise at the checkout', () => {
  it('counts from the day the carrier accepts it, also with the model', async () => {
    const { origin } = parcel();
    const promised = async (shipAt: string) => {
      const { body } = await withModel('POST', '/v1/edd/promise', {
        origin,
        destination: origin,
        carrier: 'acme',
        service_levels: ['ground'],
        ship_at: shipAt,
      });
      const [only] = promises.parse(body).data;
      return only;
    };
    // Friday after the cut-off, Sunday, and early Monday.
    const friday = await promised('2026-03-13T20:00:00+01:00');
    const monday = await promised('2026-03-16T08:00:00+01:00');
    expect(friday).toMatchObject({ source: 'model', hand_over_date: '2026-03-16' });
    expect(friday).toEqual(monday);
    expect(await promised('2026-03-15T10:00:00+01:00')).toEqual(monday);
  });

  it('by the rule is not earlier than that of a faster service, as parcels have shown it', async () => {
    const { origin } = parcel();
    const { body } = await withModel('POST', '/v1/edd/promise', {
      origin,
      destination: { ...origin, region: 'FF' },
      carrier: 'acme',
      service_levels: ['standard', 'express'],
    });
    const [standard, express] = promises.parse(body).data;
    expect(express).toMatchObject({ source: 'model', date: '2026-03-19' });
    const { date, from, to, text } = express ?? {};
    expect(standard).toMatchObject({ source: 'rule', date, from, to, text });
    expect(standard?.reasons.at(-1)).toEqual({
      code: 'kept_in_order',
      service_level: 'express',
      text: 'The rule is overruled by the record of parcels sent as express.',
    });
  });
});
