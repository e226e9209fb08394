import { expect, it } from 'vitest';
import { bareNumber } from '../../kernel/numbers/check-digit.ts';
import { type ListedParcels, trackListed } from './bridge-answers.ts';
import { recordDesk } from './bridge-desk.ts';
import type { CarrierAnswer, CarrierCall, CarrierSession } from './pull.ts';

/** A service whose answers are lists of `{ number, id }`. */
interface Item {
  readonly number: string;
  readonly id: string;
}
const numbers = { normalize: bareNumber, recognise: () => [] };
const service: ListedParcels = {
  numbers,
  parse: ({ text }) => ({ outcome: 'reports', reports: [], misses: [], warnings: [text] }),
  callFor: (wanted) => ({ method: 'GET', path: `/parcels?numbers=${wanted.join()}` }),
  readList(value) {
    if (!Array.isArray(value)) return null;
    const items = value as readonly Item[];
    return { parcels: items.map((item) => ({ ...item, item })), hasMore: items.length === 3 };
  },
  documentOf: (items) => items,
};
const desk = recordDesk({
  numbers,
  idForm: /^r\d$/,
  duplicateCode: 'twice',
  createCall: (number) => ({ method: 'POST', path: '/parcels', body: { json: { number } } }),
  deleteCall: (id) => ({ method: 'DELETE', path: `/parcels/${id}` }),
  read: (value) => ({ isDeleted: false, ...(value as object) }),
});

function sessionWith(answer: CarrierAnswer, reference: string | null = null) {
  const calls: CarrierCall[] = [];
  const session: CarrierSession = {
    credentials: {},
    nowMs: () => 0,
    newId: () => '',
    send: async (call) => {
      calls.push(call);
      return answer;
    },
    parcelOf: (trackingNumber) => parcel(trackingNumber, reference),
  };
  return { session, calls };
}

function parcel(trackingNumber: string, reference: string | null = null) {
  return { trackingNumber, reference, carrierCode: null, postalCode: null };
}

function json(value: unknown, status = 200): CarrierAnswer {
  return { kind: 'http', status, headers: {}, text: JSON.stringify(value) };
}

it('all numbers are requested in one call, each spelling once, and each gets its own part', async () => {
  const answer = json([
    { number: 'AB 12', id: 'r1' },
    { number: 'CD34', id: 'r2' },
  ]);
  const { session, calls } = sessionWith(answer);
  const outcomes = await trackListed(service)(['ab-12', 'AB12', 'CD34', 'EF56'], session);
  expect(calls.map(({ path }) => path)).toEqual(['/parcels?numbers=AB12,CD34,EF56']);
  const part = { outcome: 'answer', text: '[{"number":"AB 12","id":"r1"}]' };
  expect(outcomes).toMatchObject([
    { trackingNumber: 'ab-12', ...part },
    { trackingNumber: 'AB12', ...part },
    { outcome: 'answer', text: '[{"number":"CD34","id":"r2"}]' },
    { outcome: 'not_found' },
  ]);
});

it('of several parcels with one number, the registered one counts', async () => {
  const list = [
    { number: 'AB12', id: 'r1' },
    { number: 'AB12', id: 'r2' },
  ];
  const both = sessionWith(json(list));
  expect(await trackListed(service)(['AB12'], both.session)).toMatchObject([
    { text: JSON.stringify(list) },
  ]);
  const known = sessionWith(json(list), 'r2');
  expect(await trackListed(service)(['AB12'], known.session)).toMatchObject([
    { text: JSON.stringify(list.slice(1)) },
  ]);
});

it('a number that may be on another page is not called unknown', async () => {
  const { session } = sessionWith(
    json(['A111', 'B222', 'C333'].map((number) => ({ number, id: 'r1' }))),
  );
  expect(await trackListed(service)(['D444'], session)).toMatchObject([{ outcome: 'error' }]);
});

it('texts that are no numbers are refused without a call', async () => {
  const { session, calls } = sessionWith(json([]));
  const outcomes = await trackListed(service)(['', 'A/../B', 'x'.repeat(65)], session);
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'refused']);
  expect(calls).toEqual([]);
});

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
