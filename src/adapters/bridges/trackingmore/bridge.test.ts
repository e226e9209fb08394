import { expect, it } from 'vitest';
import type { CarrierCall, CarrierSession } from '../../sdk.ts';
import { bridge } from './bridge.ts';
import { track } from './track.ts';

function sessionWith(...answers: readonly (readonly [status: number, value: unknown])[]) {
  const calls: CarrierCall[] = [];
  const session: CarrierSession = {
    credentials: {},
    nowMs: () => 0,
    newId: () => '0',
    async send(call) {
      const [status, value] = answers[Math.min(calls.length, answers.length - 1)] ?? [500, null];
      calls.push(call);
      return { kind: 'http', status, headers: {}, text: JSON.stringify(value) };
    },
  };
  return { session, calls };
}

const parcel = (trackingNumber: string, more: object = {}) => ({
  trackingNumber,
  carrierCode: 'usps',
  reference: null,
  postalCode: null,
  ...more,
});
const NUMBERS = ['AA00000001', 'AA00000002', 'AA00000003', 'AA00000004'];

it('creates a batch in one call, and reads an error for each number', async () => {
  const error = (tracking_number: string | undefined, errorCode: string, id = '') => ({
    tracking_number,
    errorCode,
    id,
  });
  const data = {
    success: [{ id: 'id-1', tracking_number: NUMBERS[0], courier_code: 'usps' }],
    error: [
      error(NUMBERS[1], '4101', 'id-2'),
      error(NUMBERS[2], '4190'),
      error(NUMBERS[3], '4122'),
    ],
  };
  const { session, calls } = sessionWith([200, { meta: { code: 200 }, data }]);
  const parcels = [
    ...NUMBERS.map((number) => parcel(number)),
    parcel('AA00000005', { carrierCode: null }),
  ];
  expect(await bridge.register(parcels, session)).toMatchObject([
    { outcome: 'registered', reference: 'id-1' },
    { outcome: 'registered', reference: 'id-2' },
    { outcome: 'quota_used_up' },
    { outcome: 'refused' },
    { outcome: 'refused', reason: 'TrackingMore needs the code of the carrier' },
  ]);
  expect(calls).toHaveLength(1);
});

it('reads a quota that is used up for the whole call', async () => {
  const { session } = sessionWith([400, { meta: { code: 4190 }, data: [] }]);
  expect(await bridge.register([parcel('AA00000001')], session)).toMatchObject([
    { outcome: 'quota_used_up', trackingNumber: 'AA00000001' },
  ]);
});

it('deletes each tracking by its id, none whose id is unknown, and ends at a failure', async () => {
  const { session, calls } = sessionWith(
    [200, { meta: { code: 200 } }],
    [400, { meta: { code: 4102 } }],
    [429, { meta: { code: 429 } }],
  );
  const parcels = [
    parcel('AA00000001', { reference: 'id-1' }),
    parcel('AA00000002'),
    parcel('AA00000003', { reference: 'id-3' }),
    parcel('AA00000004', { reference: 'id-4' }),
    parcel('AA00000005', { reference: 'id-5' }),
  ];
  const outcomes = await bridge.stop?.(parcels, session);
  expect(outcomes?.map(({ outcome }) => outcome)).toEqual([
    ...['stopped', 'refused', 'stopped', 'rate_limited', 'rate_limited'],
  ]);
  expect(calls.map(({ path }) => path)).toEqual([
    '/v4/trackings/delete/id-1',
    '/v4/trackings/delete/id-3',
    '/v4/trackings/delete/id-4',
  ]);
});

it('waits 120 s after a 429 that names no wait', async () => {
  const { session } = sessionWith([429, { meta: { code: 429 } }]);
  expect(await track(['AA00000001'], session)).toMatchObject([
    { outcome: 'rate_limited', retryAfterS: 120 },
  ]);
});

it('reads a number that an answer leaves out as not known yet', async () => {
  const { session } = sessionWith([200, { meta: { code: 200 }, data: [] }]);
  expect(await track(['AA00000001', 'A/B'], session)).toMatchObject([
    { outcome: 'not_yet' },
    { outcome: 'refused' },
  ]);
});
