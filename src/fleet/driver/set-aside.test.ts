import { beforeEach, describe, expect, it } from 'vitest';
import type { TransportAnswer, TransportRequest } from './ports.ts';
import type { NewEntry } from './queue.ts';
import type { Session } from './session.ts';
import { COURIER, FakeHub, json, problem } from './test-fake-hub.ts';
import { openPhone, type Phone } from './test-phone.ts';

let hub: FakeHub;
let phone: Phone;
let session: Session;
beforeEach(async () => {
  hub = new FakeHub();
  phone = openPhone(hub);
  session = await phone.enrolled();
  phone.setOnline(false);
});

const load = (number: string): NewEntry => ({
  event: { type: 'scan', tracking_number: number, code: 'LOAD' },
  marks: { shipmentIds: [number], state: 'loaded' },
});
const unmarked = (number: string): NewEntry => ({
  event: { type: 'scan', tracking_number: number, code: 'HOLD' },
});
const delivered = (number: string): NewEntry => ({
  event: { type: 'status', shipment_id: number, status: 'delivered' },
});
const photo = (number: string): NewEntry => ({
  proof: {
    shipment_ids: [number],
    photos: [{ type: 'image/jpeg', bytes: new Uint8Array([1, 2, 3]) }],
  },
});

const sent = () =>
  hub.effects.map(
    ({ content, kind }) =>
      content['tracking_number'] ?? content['shipment_id'] ?? content['shipment_ids'] ?? kind,
  );
const speaksOf = ({ json: body, form }: TransportRequest, number: string) =>
  JSON.stringify([body, form]).includes(`"${number}"`);
/** Makes every request that contains the number get this answer. */
const poison = (number: string, answer: TransportAnswer) => {
  hub.instead = (request) => (speaksOf(request, number) ? answer : null);
};
/** Runs this many of the phone's own retries. */
async function tries(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await phone.passTime();
}

const FAULTS: readonly (readonly [string, TransportAnswer])[] = [
  ['the hub fails', problem(500, 'internal', 'Something broke.')],
  ['the hub cannot store it', problem(503, 'overloaded', 'Not now.')],
  ['a gateway fails', { ...json(502, 0), text: '<html>Bad gateway</html>' }],
  ['a proxy finds it too large', { ...json(413, 0), text: '<html>Too large</html>' }],
  ['a firewall dislikes it', { ...json(403, 0), text: '<html>Blocked</html>' }],
  ['the hub says nothing of it', json(200, {})],
];

describe('one item on which every request fails', () => {
  it.each(FAULTS)('is set aside and blocks nothing else: %s', async (_name, answer) => {
    const before = Array.from({ length: 40 }, (_, index) => load(`P${index}`));
    const after = Array.from({ length: 90 }, (_, index) => load(`Q${index}`));
    await session.record([...before, load('X'), ...after, photo('Z'), delivered('Z')]);
    poison('X', answer);
    phone.setOnline(true);
    await session.flush();
    await tries(20);
    const { waiting, refused } = await session.snapshot();
    expect(waiting).toEqual([]);
    expect(refused.map(({ refusal, item }) => [refusal.code, item.payload])).toMatchObject([
      ['not_taken', { event: { tracking_number: 'X' } }],
    ]);
    const numbers = [...before.keys()].map((index) => `P${index}`);
    const others = [...after.keys()].map((index) => `Q${index}`);
    expect(sent()).toEqual([...numbers, ...others, 'Z', 'Z']);
  });

  it.each([
    ['a proof', photo('X')],
    ['what is about nobody knows which parcel', unmarked('X')],
  ])(
    'is set aside when it is %s, also by what follows about the same parcel',
    async (_n, entry) => {
      await session.record([entry, delivered('X1'), { shift: 'off' }]);
      const isIt = (request: TransportRequest) =>
        speaksOf(request, 'X') || request.form !== undefined;
      hub.instead = (request) => (isIt(request) ? problem(500, 'internal', 'Broken.') : null);
      phone.setOnline(true);
      await session.flush();
      await tries(10);
      const { waiting, refused } = await session.snapshot();
      expect([waiting.length, refused.length]).toEqual([0, 1]);
      expect(sent()).toEqual(['X1', 'shift']);
    },
  );

  it('is sent again under its old id, and once', async () => {
    await session.record([photo('X'), load('B')]);
    // Stored, but then the answer fails.
    hub.instead = (request) => {
      if (request.form === undefined) return null;
      hub.instead = null;
      hub.answer(request);
      hub.instead = failing;
      return problem(500, 'internal', 'Broken.');
    };
    const failing = (request: TransportRequest) =>
      request.form === undefined ? null : problem(500, 'internal', 'Broken.');
    phone.setOnline(true);
    await session.flush();
    await tries(10);
    const [first] = (await session.snapshot()).refused;
    hub.instead = null;
    await session.again(first?.item.id ?? '');
    expect(await session.flush()).toEqual({ kind: 'idle' });
    expect(sent()).toEqual(['X', 'B']);
    expect(await phone.storage.list(`courier/${COURIER.id}/files/`)).toEqual([]);
    expect((await session.snapshot()).refused).toEqual([]);
  });

  it('is set aside, too, if the phone itself cannot read it', async () => {
    const { storage } = phone;
    const broken = openPhone(hub, {
      storage: {
        ...storage,
        get: (key) =>
          key.includes('/files/') ? Promise.reject(new Error('NotReadable')) : storage.get(key),
      },
    });
    await session.record([photo('X'), load('B')]);
    session.stop();
    const again = await broken.driver.open(COURIER.id);
    await again.flush();
    for (let index = 0; index < 10; index += 1) await broken.passTime();
    expect(sent()).toEqual(['B']);
    expect((await again.snapshot()).refused).toMatchObject([{ refusal: { code: 'not_taken' } }]);
  });

  it('is remembered when the app ends', async () => {
    await session.record([photo('X'), load('B')]);
    hub.instead = ({ form }) => (form ? problem(500, 'internal', 'Broken.') : null);
    phone.setOnline(true);
    await session.flush();
    await tries(5);
    session.stop();
    const next = openPhone(hub, { storage: phone.storage });
    const again = await next.driver.open(COURIER.id);
    await again.flush();
    for (let index = 0; index < 2; index += 1) await next.passTime();
    expect((await again.snapshot()).refused).toHaveLength(1);
  });
});

describe('nothing is set aside', () => {
  it('while the hub accepts nothing at all, however long', async () => {
    await session.record([load('A'), photo('A'), delivered('A'), load('B')]);
    hub.instead = () => problem(503, 'overloaded', 'Not now.');
    phone.setOnline(true);
    await session.flush();
    await tries(50);
    const { waiting, refused } = await session.snapshot();
    expect([waiting.length, refused.length]).toEqual([4, 0]);
    hub.instead = null;
    await tries(1);
    expect(sent()).toEqual(['A', 'A', 'A', 'B']);
  });

  it('that succeeds at the moment the hub is back', async () => {
    await session.record([load('A'), load('B')]);
    let isAway = true;
    // The hub comes back between the head of the queue and the item tried after it.
    hub.instead = (request) => {
      if (!isAway) return null;
      if (!speaksOf(request, 'A')) isAway = false;
      return isAway ? problem(503, 'overloaded', 'Not now.') : null;
    };
    phone.setOnline(true);
    await session.flush();
    await tries(10);
    const { waiting, refused } = await session.snapshot();
    expect([waiting.length, refused.length]).toEqual([0, 0]);
    expect([...sent()].sort()).toEqual(['A', 'B']);
  });

  it('because there is no network, or the hub asks for a delay', async () => {
    await session.record([load('A'), load('B')]);
    phone.setOnline(true);
    hub.instead = (request) =>
      speaksOf(request, 'A') ? problem(429, 'rate_limited', 'Slowly.') : null;
    await session.flush();
    await tries(20);
    phone.setOnline(false);
    await tries(20);
    const { waiting, refused } = await session.snapshot();
    expect([waiting.length, refused.length]).toEqual([2, 0]);
  });
});

it('a batch that takes too long is sent in smaller ones', async () => {
  await session.record(Array.from({ length: 100 }, (_, index) => load(`P${index}`)));
  hub.instead = ({ json: body }) =>
    Array.isArray(body) && body.length > 10 ? problem(408, 'timeout', 'Too slow.') : null;
  phone.setOnline(true);
  await session.flush();
  await tries(30);
  expect(sent()).toHaveLength(100);
  expect((await session.snapshot()).refused).toEqual([]);
});
