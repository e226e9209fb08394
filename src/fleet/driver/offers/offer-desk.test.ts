import { describe, expect, it } from 'vitest';
import type { TransportAnswer, TransportRequest } from '../ports.ts';
import { COURIER, json, problem } from '../test-fake-hub.ts';
import type { Offer } from '../wire.ts';
import { createOfferDesk } from './offer-desk.ts';

const offer = (id: string): Offer => ({
  id,
  origin: { lat: 53.54, lng: 9.99, address: 'Am Sandtorkai 1, 20457 Hamburg' },
  destination: { lat: 53.55, lng: 9.95, address: '22767 Hamburg' },
  distance_km: 0.4,
  trip_km: 2.8,
  package_size: 'small',
  weight_g: null,
  estimated_pickup_time: '2026-03-10T08:05:00.000Z',
  ready_at: '2026-03-10T08:00:00.000Z',
  deliver_by: null,
  offer: { offered_at: '2026-03-10T08:00:00.000Z', alone_until: '2026-03-10T08:00:02.000Z' },
});

function setUp(answer: (request: TransportRequest) => TransportAnswer | null) {
  const requests: string[] = [];
  let changes = 0;
  let late: (() => void) | null = null;
  const desk = createOfferDesk({
    transport: (request) => {
      requests.push(`${request.method} ${request.url.replace('https://hub.example', '')}`);
      const answered = answer(request);
      // Null: the answer is lost.
      return answered === null ? new Promise(() => {}) : Promise.resolve(answered);
    },
    timer: {
      set: (work) => {
        late = work;
        return work;
      },
      clear: () => {
        late = null;
      },
    },
    readEnrolment: async () => ({
      hub: 'https://hub.example',
      deviceKey: 'wbd_1',
      courier: COURIER,
      revoked: null,
    }),
    language: () => 'en',
    changed: () => {
      changes += 1;
    },
  });
  desk.receive([offer('del_1'), offer('del_2')]);
  const ids = () => desk.now().map(({ id }) => id);
  return { desk, ids, requests, changes: () => changes, passTime: () => late?.() };
}

describe('a courier’s offers', () => {
  it('are what the hub sent last, without anything unreadable', () => {
    const { desk, ids, changes } = setUp(() => null);
    expect(ids()).toEqual(['del_1', 'del_2']);
    desk.receive('nonsense');
    desk.receive([null, { id: 7 }, offer('del_3')]);
    expect([ids(), changes()]).toEqual([['del_3'], 2]);
  });

  it('go to the first who accepts, and are gone for the others', async () => {
    const won = setUp(() => json(200, { accepted: true, assigned_at: '2026-03-10T08:00:01.000Z' }));
    expect(await won.desk.take('del_1')).toEqual({
      outcome: 'taken',
      assignedAt: '2026-03-10T08:00:01.000Z',
    });
    expect([won.ids(), won.requests]).toEqual([['del_2'], ['POST /v1/deliveries/del_1/accept']]);
    const lost = setUp(() => problem(409, 'already-assigned', 'Another courier was faster.'));
    expect(await lost.desk.take('del_1')).toMatchObject({
      outcome: 'gone',
      refusal: { reason: 'Another courier was faster.' },
    });
    expect(lost.ids()).toEqual(['del_2']);
    const over = setUp(() => problem(409, 'delivery_ended', 'It needs no courier any more.'));
    expect(await over.desk.take('del_1')).toMatchObject({ outcome: 'gone' });
    expect(over.ids()).toEqual(['del_2']);
  });

  it('stay when the courier is full, and when there is no answer', async () => {
    const full = setUp(() => problem(409, 'conflict', 'The courier has 3 of at most 3 parcels.'));
    expect(await full.desk.take('del_1')).toMatchObject({ outcome: 'refused' });
    expect(full.ids()).toEqual(['del_1', 'del_2']);
    const silent = setUp(() => null);
    const take = silent.desk.take('del_1');
    await new Promise((resolve) => setImmediate(resolve));
    silent.passTime();
    expect(await take).toEqual({ outcome: 'no_answer' });
    expect(silent.ids()).toEqual(['del_1', 'del_2']);
  });

  it('are not shown again once declined, whatever the hub sent just before', async () => {
    const { desk, ids } = setUp(() => ({ ...json(204, null), text: '' }));
    expect(await desk.decline('del_1', 'too far')).toBe(true);
    desk.receive([offer('del_1'), offer('del_2')]);
    expect(ids()).toEqual(['del_2']);
  });

  it('are polled without a stream, and so are deliveries nearby', async () => {
    const { desk, ids, requests } = setUp(({ url }) =>
      url.endsWith('/offers')
        ? json(200, { offers: [offer('del_9')] })
        : json(200, { deliveries: [{ ...offer('del_8'), offer: null }] }),
    );
    expect(await desk.refresh()).toBe(true);
    expect(ids()).toEqual(['del_9']);
    expect((await desk.near())?.map(({ id }) => id)).toEqual(['del_8']);
    expect(requests).toEqual(['GET /v1/driver/offers', 'GET /v1/deliveries/available']);
  });
});
