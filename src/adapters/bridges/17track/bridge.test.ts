import { expect, it } from 'vitest';
import type { CarrierAnswer, CarrierCall, CarrierSession } from '../../sdk.ts';
import { bridge } from './bridge.ts';
import { track } from './track.ts';

function sessionWith(value: unknown, status = 200) {
  const calls: CarrierCall[] = [];
  const answer: CarrierAnswer = {
    kind: 'http',
    status,
    headers: {},
    text: JSON.stringify(value),
  };
  const session: CarrierSession = {
    credentials: {},
    nowMs: () => 0,
    newId: () => '0',
    parcelOf: (trackingNumber) => parcel(trackingNumber),
    async send(call) {
      calls.push(call);
      return answer;
    },
  };
  return { session, calls };
}

const parcel = (trackingNumber: string, carrierCode: string | null = '3011') => ({
  trackingNumber,
  carrierCode,
  reference: null,
  postalCode: null,
});

const rejected = (number: string, code: number) => ({ number, error: { code, message: 'TEST' } });

it('registers a batch in one call, and reads an error for each number', async () => {
  const { session, calls } = sessionWith({
    code: 0,
    data: {
      accepted: [{ origin: 2, number: 'LW900000015CN', carrier: 3011 }],
      rejected: [
        rejected('LW900000029CN', -18019901),
        rejected('LW900000032CN', -18019908),
        rejected('LW900000046CN', -18019903),
        rejected('LW900000050CN', -18010003),
        rejected('LW900000063CN', -18019907),
      ],
    },
  });
  const numbers = [
    ...['LW900000015CN', 'LW900000029CN', 'LW900000032CN', 'LW900000046CN'],
    ...['LW900000050CN', 'LW900000063CN', 'LW900000077CN', 'A/B'],
  ];
  const outcomes = await bridge.register(
    numbers.map((number) => parcel(number)),
    session,
  );
  expect(outcomes.map(({ outcome }) => outcome)).toEqual([
    ...['registered', 'registered', 'quota_used_up', 'refused'],
    ...['error', 'rate_limited', 'error', 'refused'],
  ]);
  expect(calls).toHaveLength(1);
});

it('sends the carrier as a number, the postal code as param, and lets 17TRACK detect without one', async () => {
  const { session, calls } = sessionWith({ code: 0, data: { accepted: [], rejected: [] } });
  const parcels = [
    { ...parcel('3SABCD00001'), carrierCode: '14041', postalCode: '1011AA' },
    parcel('RR123456785DE', null),
    parcel('RR123456794DE', 'usps'),
  ];
  await bridge.register(parcels, session);
  expect(calls[0]?.body).toEqual({
    json: [
      { number: '3SABCD00001', carrier: 14041, param: '1011AA' },
      { number: 'RR123456785DE' },
      { number: 'RR123456794DE' },
    ],
  });
});

it('reads the quota, and says when the answer has none', async () => {
  const quota = async (data: object) => bridge.quota?.(sessionWith({ code: 0, data }).session);
  expect(await quota({ quota_used: 37, quota_remain: 63 })).toEqual({
    outcome: 'quota',
    used: 37,
    remaining: 63,
  });
  expect(await quota({})).toMatchObject({ outcome: 'error' });
});

it('tells an unknown key from an error about the number', async () => {
  const failed = (code: number) => ({ code, data: { errors: [{ code, message: 'TEST' }] } });
  const { session } = sessionWith(failed(-18010002), 401);
  expect(await track(['LW900000015CN'], session)).toMatchObject([{ outcome: 'auth_error' }]);
  expect(await bridge.quota?.(session)).toMatchObject({ outcome: 'auth_error' });
  const unregistered = { code: 0, data: { rejected: [rejected('LW900000015CN', -18019902)] } };
  expect(await track(['LW900000015CN'], sessionWith(unregistered).session)).toMatchObject([
    { outcome: 'not_yet' },
  ]);
});

it('asks for 100 numbers in three calls, each number once', async () => {
  const numbers = Array.from(
    { length: 100 },
    (_, index) => `LW9000${String(index).padStart(5, '0')}CN`,
  );
  const { session, calls } = sessionWith({ code: 0, data: { accepted: [], rejected: [] } });
  expect(await track([...numbers, ...numbers], session)).toHaveLength(200);
  expect(calls).toHaveLength(3);
});
