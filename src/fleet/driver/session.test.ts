import { beforeEach, describe, expect, it } from 'vitest';
import type { NewEntry } from './queue.ts';
import { COURIER, FakeHub, json, problem } from './test-fake-hub.ts';
import { openPhone, type Phone } from './test-phone.ts';

let hub: FakeHub;
let phone: Phone;
beforeEach(() => {
  hub = new FakeHub();
  phone = openPhone(hub);
});

const load = (number: string): NewEntry => ({
  event: { type: 'scan', tracking_number: number, code: 'LOAD' },
  marks: { shipmentIds: [number], state: 'loaded' },
});
const delivered = (number: string): NewEntry => ({
  event: { type: 'status', shipment_id: number, status: 'delivered' },
  marks: { shipmentIds: [number], state: 'delivered' },
});
const photo = (number: string): NewEntry => ({
  proof: {
    shipment_ids: [number],
    photos: [{ type: 'image/jpeg', bytes: new Uint8Array([1, 2, 3]) }],
    received_by: 'Kim',
    signature: { width: 300, height: 150, strokes: [[[10, 80]]] },
    lat: 53.55,
    lng: 0.00000004,
  },
});
const numbersSent = () =>
  hub.effects.map(({ content }) => content['tracking_number'] ?? content['shipment_id']);
/** Resolves when everything that was begun is finished. */
const settled = (session: { flush(): Promise<unknown> }) => session.flush();

describe('what a courier records', () => {
  it('is sent in order, events together and proofs in their turn', async () => {
    const session = await phone.enrolled();
    phone.setOnline(false);
    await session.record([load('A'), load('B')]);
    await session.record([photo('A'), delivered('A')]);
    await session.record([{ shift: 'off' }]);
    expect((await session.snapshot()).waiting).toHaveLength(5);
    phone.setOnline(true);
    expect(await session.flush()).toEqual({ kind: 'idle' });
    expect(hub.effects.map(({ kind }) => kind)).toEqual([
      'event',
      'event',
      'proof',
      'event',
      'shift',
    ]);
    expect(hub.effects[2]?.content).toMatchObject({
      shipment_ids: 'A',
      received_by: 'Kim',
      lat: '53.5500000',
      lng: '0.0000000',
      signature: '{"width":300,"height":150,"strokes":[[[10,80]]]}',
      photo: { type: 'image/jpeg', bytes: new Uint8Array([1, 2, 3]) },
    });
    expect((await session.snapshot()).waiting).toEqual([]);
    expect(await phone.storage.list(`courier/${COURIER.id}/files/`)).toEqual([]);
  });

  it('learns that a PIN was wrong, with the attempts left; the rest is stored', async () => {
    const session = await phone.enrolled();
    const proofs = (outcome: string, left: number, missing: string[]) =>
      json(201, {
        proofs: [{ shipment_id: 'A', missing, pin: { outcome, attempts_left: left } }],
      });
    const answers = [
      proofs('wrong', 3, ['pin']),
      proofs('wrong', 0, ['pin']),
      proofs('locked', 0, ['pin']),
      proofs('matched', 3, []),
      // Another proof had the right one.
      proofs('wrong', 2, []),
    ];
    hub.instead = ({ url }) => (url.endsWith('/proofs') ? (answers.shift() ?? null) : null);
    for (const _ of Array(5)) await session.record([photo('A')]);
    await settled(session);
    const { refused, waiting } = await session.snapshot();
    expect(refused.map(({ refusal: { code, attemptsLeft } }) => [code, attemptsLeft])).toEqual([
      ['pin_wrong', 3],
      ['pin_locked', 0],
      ['pin_locked', 0],
    ]);
    expect(waiting).toEqual([]);
  });

  it('includes when it happened, and the clock at the time of sending', async () => {
    const session = await phone.enrolled();
    await session.record([{ ...load('A'), at: '2026-03-10T07:00:00.000Z' }]);
    await settled(session);
    expect(hub.effects[0]?.content['at']).toBe('2026-03-10T07:00:00.000Z');
    const sentAt = hub.requests.at(-1)?.headers['waybill-sent-at'] ?? '';
    expect(sentAt).toMatch(/^2026-03-10T08:00:00\.\d{3}Z$/);
  });

  it('survives the end of the app, and is sent in the next run', async () => {
    const session = await phone.enrolled();
    phone.setOnline(false);
    await session.record([load('A'), photo('A')]);
    session.stop();
    const next = openPhone(hub, { storage: phone.storage });
    const again = await next.driver.open(COURIER.id);
    await again.record([delivered('A')]);
    await settled(again);
    expect(hub.effects.map(({ kind }) => kind)).toEqual(['event', 'proof', 'event']);
  });

  it('takes effect once even if the answer was lost', async () => {
    const session = await phone.enrolled();
    let isLost = true;
    hub.instead = null;
    const lossy = openPhone(hub, {
      storage: phone.storage,
      transport: async (request) => {
        const answer = hub.answer(request);
        if (isLost) throw new TypeError('connection reset');
        return answer;
      },
    });
    session.stop();
    const again = await lossy.driver.open(COURIER.id);
    await again.record([load('A'), load('B')]);
    await settled(again);
    expect(numbersSent()).toEqual(['A', 'B']);
    expect((await again.snapshot()).waiting).toHaveLength(2);
    isLost = false;
    await settled(again);
    expect(numbersSent()).toEqual(['A', 'B']);
    expect((await again.snapshot()).waiting).toEqual([]);
  });

  it('is not recorded at all if the phone cannot store it', async () => {
    const session = await phone.enrolled();
    const full = { ...phone.storage, write: () => Promise.reject(new Error('QuotaExceeded')) };
    const other = openPhone(hub, { storage: full });
    await expect((await other.driver.open(COURIER.id)).record([load('A')])).rejects.toThrow(
      'Quota',
    );
    expect((await session.snapshot()).waiting).toEqual([]);
  });
});

describe('without an answer', () => {
  it('retries after 2 s, 4 s, 8 s …, and at once when the network is back', async () => {
    const session = await phone.enrolled();
    phone.setOnline(false);
    await session.record([load('A')]);
    await settled(session);
    const waits: (number | null)[] = [];
    for (let index = 0; index < 3; index += 1) {
      waits.push(phone.nextTryMs());
      await session.flush();
    }
    expect(waits).toEqual([4_000, 8_000, 16_000]);
    phone.setOnline(true);
    expect(await session.flush()).toEqual({ kind: 'idle' });
  });

  it('waits as long as the hub asks for, and shows why', async () => {
    const session = await phone.enrolled();
    hub.instead = () => problem(503, 'overloaded', 'Much to do.', { 'retry-after': '90' });
    await session.record([load('A')]);
    const state = await session.flush();
    expect(state).toMatchObject({ kind: 'later', reason: 'Much to do.' });
    expect(phone.nextTryMs()).toBe(90_000);
    const before = hub.requests.length;
    await session.record([load('B')]);
    expect(hub.requests).toHaveLength(before);
    hub.instead = null;
    await phone.passTime();
    expect(numbersSent()).toEqual(['A', 'B']);
  });

  it.each([
    ['a hotel’s sign-in page', { ...json(200, 0), text: '<html>Welcome!</html>' }],
    ['a proxy', { ...json(403, 0), text: '<html>Forbidden</html>' }],
    ['a hub that knows no such path', problem(404, 'not_found', 'There is nothing here.')],
    ['a hub that names none of the events', json(200, { results: [] })],
  ])('does not count what %s answered as sent', async (_name, answer) => {
    const session = await phone.enrolled();
    hub.instead = () => answer;
    await session.record([load('A')]);
    expect(await session.flush()).toMatchObject({ kind: 'later' });
    expect((await session.snapshot()).waiting).toHaveLength(1);
    expect((await session.snapshot()).enrolment.revoked).toBeNull();
  });
});

it.each([
  ['a proof', () => photo('A')],
  ['a shift', (): NewEntry => ({ shift: 'on' })],
])('any other object in answer to %s removes nothing from the phone', async (_name, entry) => {
  const session = await phone.enrolled();
  hub.instead = () => json(200, {});
  await session.record([entry()]);
  expect(await session.flush()).toMatchObject({ kind: 'later' });
  expect((await session.snapshot()).waiting).toHaveLength(1);
  hub.instead = null;
  expect(await session.flush()).toEqual({ kind: 'idle' });
  expect(hub.effects).toHaveLength(1);
});

describe('a proof that takes too long', () => {
  const tooSlow = () => problem(408, 'timeout', 'Too slow.');
  it.each([
    ['the hub breaks it off', () => tooSlow()],
    [
      'nobody answers',
      () => {
        throw new TypeError('timeout');
      },
    ],
  ])('lets other parcels’ events overtake, and holds back its own: %s', async (_name, slow) => {
    const session = await phone.enrolled();
    phone.setOnline(false);
    await session.record([load('Z'), photo('A'), delivered('A'), load('B'), delivered('C')]);
    await session.record([photo('D'), delivered('D'), load('A'), { shift: 'off' }, load('E')]);
    phone.setOnline(true);
    hub.instead = ({ form }) => (form ? slow() : null);
    expect(await session.flush()).toMatchObject({ kind: 'later' });
    expect(numbersSent()).toEqual(['Z', 'B', 'C']);
    hub.instead = null;
    expect(await session.flush()).toEqual({ kind: 'idle' });
    const rest = hub.effects.slice(3).map(({ kind, content }) => [kind, content['shipment_ids']]);
    expect(rest.map(([kind]) => kind)).toEqual([
      'proof',
      'event',
      'proof',
      'event',
      'event',
      'shift',
      'event',
    ]);
    expect(numbersSent().slice(3)).toEqual([undefined, 'A', undefined, 'D', 'A', undefined, 'E']);
  });

  it('holds back what may concern its parcel', async () => {
    const session = await phone.enrolled();
    phone.setOnline(false);
    const unmarked = { event: { type: 'scan', tracking_number: 'WB-A', code: 'HOLD' } } as const;
    await session.record([photo('A'), unmarked, load('B')]);
    phone.setOnline(true);
    hub.instead = ({ form }) => (form ? tooSlow() : null);
    expect(await session.flush()).toMatchObject({ kind: 'later', reason: 'Too slow.' });
    expect(hub.effects).toEqual([]);
  });

  it('is not overtaken when the hub asks for a delay', async () => {
    const session = await phone.enrolled();
    phone.setOnline(false);
    await session.record([photo('A'), load('B')]);
    phone.setOnline(true);
    hub.instead = ({ form }) => (form ? problem(503, 'overloaded', 'Much to do.') : null);
    expect(await session.flush()).toMatchObject({ kind: 'later' });
    expect(hub.effects).toEqual([]);
  });
});

describe('what the hub refuses', () => {
  const NOT_YOURS = {
    code: 'held_by_another',
    reason: 'Ben has this parcel.',
    fix: 'Ask Ben for it.',
    courier: { id: 'cou_2', first_name: 'Ben' },
  };

  it('stays with its reason until it is dismissed, and the others go on', async () => {
    const session = await phone.enrolled();
    hub.refuse = ({ tracking_number }) => (tracking_number === 'B' ? NOT_YOURS : null);
    await session.record([load('A'), load('B'), load('C')]);
    await settled(session);
    expect(numbersSent()).toEqual(['A', 'C']);
    const { refused, waiting } = await session.snapshot();
    expect(waiting).toEqual([]);
    expect(refused).toMatchObject([
      {
        item: { payload: { event: { tracking_number: 'B' } } },
        refusal: { code: 'held_by_another', fix: 'Ask Ben for it.', holder: 'Ben' },
      },
    ]);
    await session.dismiss(refused[0]?.item.id ?? '');
    expect((await session.snapshot()).refused).toEqual([]);
  });

  it('can be sent again, corrected, under a new id', async () => {
    const session = await phone.enrolled();
    hub.refuse = ({ handover }) => (handover === true ? null : NOT_YOURS);
    await session.record([load('B')]);
    await settled(session);
    const [first] = (await session.snapshot()).refused;
    await session.again(first?.item.id ?? '', (event) => ({ ...event, handover: true }) as never);
    await settled(session);
    expect(numbersSent()).toEqual(['B']);
    expect(hub.effects[0]?.id).not.toBe(first?.item.id);
    expect((await session.snapshot()).refused).toEqual([]);
  });

  it('is found among the others when the hub refuses the whole request', async () => {
    const session = await phone.enrolled();
    phone.setOnline(false);
    const bad = { event: { type: 'unreadable' } } as never;
    await session.record([load('A'), load('B'), bad, load('C')]);
    phone.setOnline(true);
    await settled(session);
    expect(numbersSent()).toEqual(['A', 'B', 'C']);
    const { refused } = await session.snapshot();
    expect(refused.map(({ refusal }) => refusal.reason)).toEqual([
      'One of the events cannot be read.',
    ]);
  });

  it('because its parcel is gone does not stop the others', async () => {
    const session = await phone.enrolled();
    hub.instead = ({ form }) => (form ? problem(404, 'not_found', 'No such shipment.') : null);
    await session.record([photo('A'), load('B')]);
    await settled(session);
    expect(numbersSent()).toEqual(['B']);
    expect((await session.snapshot()).refused).toMatchObject([
      { refusal: { code: 'not_found', reason: 'No such shipment.' } },
    ]);
  });

  it('with a photo keeps the photo for the next try', async () => {
    const session = await phone.enrolled();
    hub.instead = ({ form }) => (form ? problem(409, 'conflict', 'Not your parcel.') : null);
    await session.record([photo('A')]);
    await settled(session);
    hub.instead = null;
    const [first] = (await session.snapshot()).refused;
    await session.again(first?.item.id ?? '');
    await settled(session);
    expect(hub.effects[0]?.content['photo']).toMatchObject({ bytes: new Uint8Array([1, 2, 3]) });
  });
});

describe('a key that was revoked', () => {
  it('keeps the queue, shows it, and stops sending; a new code sends the queue', async () => {
    const session = await phone.enrolled();
    hub.newKey();
    await session.record([load('A')]);
    expect(await session.flush()).toMatchObject({
      kind: 'revoked',
      refusal: { reason: 'Another device took over.' },
    });
    const before = hub.requests.length;
    await session.record([load('B')]);
    await session.flush();
    expect(hub.requests).toHaveLength(before);
    expect((await session.snapshot()).waiting).toHaveLength(2);
    expect(await phone.driver.forget(COURIER.id)).toBe(false);
    await phone.enrolled();
    await session.flush();
    expect(numbersSent()).toEqual(['A', 'B']);
    expect(await phone.driver.forget(COURIER.id)).toBe(true);
    expect(await phone.storage.list('')).toEqual([]);
  });
});

describe('enrolling', () => {
  it('is refused over plain HTTP, except on the same machine', async () => {
    const enrol = (address: string) =>
      phone.driver.enrol({ hub: address, code: 'GOOD', device: { name: 'a phone' } });
    expect(await enrol('http://hub.example')).toEqual({
      outcome: 'bad_address',
      fault: 'not_encrypted',
    });
    expect(await enrol('hub')).toEqual({ outcome: 'bad_address', fault: 'unreadable' });
    expect(hub.requests).toEqual([]);
    expect(await enrol('http://127.0.0.1:8080/')).toMatchObject({ outcome: 'enrolled' });
    expect((await phone.driver.enrolments())[0]?.hub).toBe('http://127.0.0.1:8080');
  });

  it('shows the hub’s message about a bad code, and distinguishes no answer from a refusal', async () => {
    const enrol = () =>
      phone.driver.enrol({ hub: 'https://hub.example', code: 'BAD', device: { name: 'x' } });
    expect(await enrol()).toMatchObject({
      outcome: 'refused',
      refusal: { reason: 'There is no such code.' },
    });
    phone.setOnline(false);
    expect(await enrol()).toEqual({ outcome: 'no_answer' });
    expect(await phone.driver.enrolments()).toEqual([]);
  });
});

describe('the route', () => {
  const parcel = (id: string) => ({
    shipment_id: id,
    tracking_number: id,
    status: 'at_facility',
    sub_status: null,
    state: 'to_load' as const,
    require_proof: [],
    pieces: null,
    weight_g: null,
    order_id: null,
    attempts: 0,
  });
  beforeEach(() => {
    const address = {
      lines: ['Hauptstr. 1'],
      postal_code: '22767',
      city: 'Hamburg',
      country: 'DE',
    };
    hub.route = {
      ...hub.route,
      stops: [
        {
          id: 'sto_1',
          position: 1,
          state: 'open' as const,
          address,
          location: null,
          window: null,
          notes: [],
          require_proof: [],
          parcels: [parcel('A'), parcel('B')],
          recipient: { name: 'Kim', phone: null },
        },
      ],
    };
  });
  const shown = async () => {
    const session = await phone.driver.open(COURIER.id);
    const stop = (await session.snapshot()).route?.stops[0];
    return [stop?.isDone, stop?.parcels.map((each) => [each.shown, each.isWaiting])];
  };

  it('is available without a network, with everything recorded since', async () => {
    const session = await phone.enrolled();
    expect((await session.snapshot()).route).toBeNull();
    expect(await session.refreshRoute()).toBe(true);
    phone.setOnline(false);
    expect(await session.refreshRoute()).toBe(false);
    await session.record([load('A'), load('B'), delivered('A')]);
    expect(await shown()).toEqual([
      false,
      [
        ['delivered', true],
        ['loaded', true],
      ],
    ]);
    await session.record([delivered('B')]);
    expect((await shown())[0]).toBe(true);
    phone.setOnline(true);
    await session.flush();
    await session.refreshRoute();
    // The hub has just accepted it, but its route does not show it yet.
    expect(await shown()).toEqual([
      true,
      [
        ['delivered', false],
        ['delivered', false],
      ],
    ]);
  });

  it('shows a refused parcel as it was before', async () => {
    const session = await phone.enrolled();
    await session.refreshRoute();
    hub.refuse = ({ type }) => (type === 'status' ? { code: 'proof_missing' } : null);
    await session.record([load('A'), delivered('A')]);
    await settled(session);
    expect(await shown()).toEqual([
      false,
      [
        ['loaded', false],
        ['to_load', false],
      ],
    ]);
  });

  it('shows whether the courier is on shift, by the queue first', async () => {
    const session = await phone.enrolled();
    phone.setOnline(false);
    expect((await session.snapshot()).shift).toBe('off');
    await session.record([{ shift: 'on' }]);
    expect((await session.snapshot()).shift).toBe('on');
  });

  it('keeps the shift that the hub accepted, until a route requested later says otherwise', async () => {
    const session = await phone.enrolled();
    expect(await session.refreshRoute()).toBe(true);
    await session.record([{ shift: 'on' }]);
    expect(await session.flush()).toEqual({ kind: 'idle' });
    expect((await session.snapshot()).shift).toBe('on');
    // The dispatcher ended it.
    expect(await session.refreshRoute()).toBe(true);
    expect((await session.snapshot()).shift).toBe('off');
  });

  it('pauses without network, and tells the hub later, in its turn', async () => {
    const session = await phone.enrolled();
    await session.record([{ shift: 'on' }]);
    await session.flush();
    phone.setOnline(false);
    await session.record([{ shift: 'on', paused: true }]);
    expect(await session.snapshot()).toMatchObject({ shift: 'on', isPaused: true });
    phone.setOnline(true);
    expect(await session.flush()).toEqual({ kind: 'idle' });
    expect(hub.effects.at(-1)?.content).toMatchObject({ shift: 'on', paused: true });
    expect((await session.snapshot()).isPaused).toBe(true);
    await session.record([{ shift: 'on', paused: false }]);
    expect((await session.snapshot()).isPaused).toBe(false);
    await session.record([{ shift: 'on', paused: true }, { shift: 'off' }]);
    expect(await session.snapshot()).toMatchObject({ shift: 'off', isPaused: false });
  });
});
