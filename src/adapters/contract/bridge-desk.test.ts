import { expect, it } from 'vitest';
import { bareNumber } from '../../kernel/numbers/check-digit.ts';
import { recordDesk } from './bridge-desk.ts';
import type { CarrierAnswer, CarrierCall, CarrierSession } from './pull.ts';

const numbers = { normalize: bareNumber, recognise: () => [] };
const desk = recordDesk({
  numbers,
  idForm: /^r\d$/,
  duplicateCode: 'twice',
  createCall: (number) => ({ method: 'POST', path: '/parcels', body: { json: { number } } }),
  deleteCall: (id) => ({ method: 'DELETE', path: `/parcels/${id}` }),
  read: (value) => ({ isDeleted: false, ...(value as object) }),
});

function sessionWith(answer: CarrierAnswer) {
  const calls: CarrierCall[] = [];
  const session: CarrierSession = {
    credentials: {},
    nowMs: () => 0,
    newId: () => '',
    send: async (call) => {
      calls.push(call);
      return answer;
    },
  };
  return { session, calls };
}

function parcel(trackingNumber: string, reference: string | null = null) {
  return { trackingNumber, reference, carrierCode: null, postalCode: null };
}

function json(value: unknown, status = 200): CarrierAnswer {
  return { kind: 'http', status, headers: {}, text: JSON.stringify(value) };
}

it('a parcel that is registered already counts as registered, and its record is left alone', async () => {
  const { session, calls } = sessionWith(json({ code: 'twice', id: 'r1' }, 400));
  const [outcome] = await desk.register([parcel('AB12')], session);
  expect(outcome).toEqual({ outcome: 'registered', trackingNumber: 'AB12', reference: null });
  expect(await desk.stop?.([parcel('AB12')], session)).toMatchObject([{ outcome: 'refused' }]);
  expect(calls).toHaveLength(1);
});

it.each([
  [json({ id: 'r1' }, 201), { outcome: 'registered', reference: 'r1' }],
  [json({ id: '../r1' }, 201), { outcome: 'error' }],
  [json({ code: 'no_carrier' }, 422), { outcome: 'refused' }],
  [json({ code: 'pay' }, 402), { outcome: 'quota_used_up' }],
  [json({ code: 'key' }, 401), { outcome: 'auth_error' }],
  [json({}, 429), { outcome: 'rate_limited' }],
  [json({ id: 'r1' }, 500), { outcome: 'error' }],
])('the answer %j to a registration is read as %j', async (answer, wanted) => {
  const { session } = sessionWith(answer);
  expect(await desk.register([parcel('AB12')], session)).toMatchObject([wanted]);
});

it('a parcel that the service no longer has is stopped', async () => {
  for (const [answer, wanted] of [
    [json({ isDeleted: true }), 'stopped'],
    [json({ code: 'gone' }, 404), 'stopped'],
    [json({}), 'error'],
    [json({ code: 'busy' }, 409), 'refused'],
  ] as const) {
    const { session } = sessionWith(answer);
    const outcomes = await desk.stop?.([parcel('AB12', 'r1')], session);
    expect(outcomes?.map(({ outcome }) => outcome)).toEqual([wanted]);
  }
});
