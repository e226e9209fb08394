import { beforeEach, describe, expect, it, vi } from 'vitest';
import { uuidOfWireId } from '../../../kernel/wire/wire-ids.ts';
import type { Broadcast } from '../../../platform/broadcast/broadcast.ts';
import { createLog } from '../../../platform/observability/log.ts';
import { manualTimers } from '../../../platform/work/test-timers.ts';
import { createMemoryPlaces } from '../places/memory-places.ts';
import type { CourierPlace, Remembered } from '../places/place-store.ts';
import { remembered } from '../places/test-remembered.ts';
import { createPlaceFeed, GATHER_MS, type PlaceUpdates } from './place-feed.ts';
import { subscribeToMoves } from './place-words.ts';

const tenant = { merchantId: '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f81', mode: 'live' } as const;
const ADA = '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f82';
const BOB = '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f83';

/** Creates connected processes. */
function network(sending = { wait: Promise.resolve() }) {
  const all: { receivers: Set<(text: string | null) => void> }[] = [];
  return (): Broadcast => {
    const self = { receivers: new Set<(text: string | null) => void>() };
    all.push(self);
    return {
      send(text) {
        for (const { receivers } of all.filter((each) => each !== self)) {
          for (const receive of receivers) receive(text);
        }
      },
      sent: () => sending.wait,
      async settled() {},
      on(receive) {
        self.receivers.add(receive);
        return () => void self.receivers.delete(receive);
      },
      async close() {},
    };
  };
}

/** Whether stores know what the process remembers of couriers; everything holds in both cases. */
let areRemembered = false;

function process(broadcast: Broadcast, on = new Set([ADA, BOB])) {
  const [places, timers, updates] = [createMemoryPlaces(), manualTimers(), [] as PlaceUpdates[]];
  const roster = {
    known: (id: string) => (on.has(uuidOfWireId('courier', id) ?? '') ? true : undefined),
    load: async () => {},
    isOn: ({ isOn }: Remembered) => isOn,
  };
  const feed = createPlaceFeed({
    places,
    timers,
    broadcast,
    log: createLog({ level: 'silent' }),
    roster: roster as Parameters<typeof createPlaceFeed>[0]['roster'],
  });
  const endHearing = feed.subscribe((each) => updates.push(each));
  const couriers = new Map<string, Remembered>();
  const move = (courierId: string, atMs: number, lat: number) => {
    const courier = couriers.get(courierId) ?? remembered(() => on.has(courierId));
    couriers.set(courierId, courier);
    const position = { ...NOTHING, atMs, lat, lng: 9 };
    const more = areRemembered ? { courier } : {};
    return places.take([{ courierId, tenant, position, ...more }], atMs);
  };
  const pass = async () => {
    timers.advance(GATHER_MS);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { places, timers, feed, updates, move, pass, endHearing };
}

const NOTHING = { accuracyM: null, speedKmh: null, heading: null, battery: null };
const shownIds = ({ updates }: { readonly updates: readonly PlaceUpdates[] }) =>
  updates.flatMap(({ shown }) =>
    shown.map(({ courierId, position }) => [courierId, position.atMs]),
  );

describe.each([false, true])('places are published (couriers remembered: %s)', (isSo) => {
  beforeEach(() => {
    areRemembered = isSo;
  });

  it('publishes the newest place of each courier, in all processes', async () => {
    const join = network();
    const [one, two] = [process(join()), process(join())];
    one.move(ADA, 1_000, 53);
    one.move(ADA, 2_000, 53.0001);
    one.move(BOB, 1_500, 54);
    await one.pass();
    expect(shownIds(one)).toEqual([
      [ADA, 2_000],
      [BOB, 1_500],
    ]);
    await two.pass();
    expect(shownIds(two)).toEqual(shownIds(one));
    const found = await two.places.find(tenant, [ADA]);
    expect(found.get(ADA)?.position).toMatchObject({ atMs: 2_000, lat: 53.0001 });
  });

  it('sends others no small moves until one of them watches', async () => {
    const join = network();
    const [one, two] = [process(join()), process(join())];
    const moves = subscribeToMoves(join());
    const receive = vi.fn();
    moves.onMoved(receive);
    one.move(ADA, 1_000, 53);
    await one.pass();
    one.move(ADA, 2_000, 53.0001);
    await one.pass();
    expect(receive).toHaveBeenCalledTimes(1);
    one.move(ADA, 5_000, 53.0011);
    await one.pass();
    expect(moves.find(ADA)).toEqual({ courierId: ADA, lat: 53.0011, lng: 9, atMs: 5_000 });
    one.move(ADA, 34_999, 53.0012);
    await one.pass();
    expect(moves.find(ADA)?.atMs).toBe(5_000);
    one.move(ADA, 35_000, 53.0012);
    await one.pass();
    expect(moves.find(ADA)?.atMs).toBe(35_000);
    const end = two.feed.watch();
    one.move(ADA, 36_000, 53.0012);
    await one.pass();
    await two.pass();
    expect(shownIds(two).at(-1)).toEqual([ADA, 36_000]);
    end();
    // No announcement of a watcher for a while.
    one.timers.advance(26_000);
    one.move(ADA, 37_000, 53.0012);
    await one.pass();
    expect(moves.find(ADA)?.atMs).toBe(36_000);
  });

  it('publishes to others first, but waits for it only briefly', async () => {
    let isSaid = (): void => {};
    const sending = {
      wait: new Promise<void>((resolve) => {
        isSaid = resolve;
      }),
    };
    const one = process(network(sending)());
    one.move(ADA, 1_000, 53);
    await one.pass();
    expect(shownIds(one)).toEqual([]);
    isSaid();
    await one.pass();
    expect(shownIds(one)).toEqual([[ADA, 1_000]]);
    sending.wait = new Promise(() => {});
    one.move(ADA, 40_000, 53.01);
    await one.pass();
    expect(shownIds(one)).toHaveLength(1);
    one.timers.advance(250);
    await one.pass();
    expect(shownIds(one)).toEqual([
      [ADA, 1_000],
      [ADA, 40_000],
    ]);
  });

  it('sends every place while somebody watches here, who may connect to another process at any moment', async () => {
    const join = network();
    const [one, two] = [process(join()), process(join())];
    const end = one.feed.watch();
    for (const atMs of [1_000, 2_000]) {
      one.move(ADA, atMs, 53);
      await one.pass();
    }
    await two.feed.settled();
    expect((await two.places.find(tenant, [ADA])).get(ADA)?.position.atMs).toBe(2_000);
    end();
  });

  it('publishes no place of a courier off shift, from any source', async () => {
    const join = network();
    const on = new Set([ADA, BOB]);
    const [one, two] = [process(join(), on), process(join(), on)];
    one.move(ADA, 1_000, 53);
    on.delete(ADA);
    await one.pass();
    one.move(BOB, 1_000, 53);
    await one.pass();
    on.delete(BOB);
    await two.pass();
    expect([shownIds(one), shownIds(two)]).toEqual([[[BOB, 1_000]], []]);
    expect((await two.places.find(tenant, [BOB])).size).toBe(0);
    one.feed.gone([{ courierId: BOB, tenant }], true);
    expect(two.updates).toEqual([{ shown: [], gone: [{ courierId: BOB, tenant }] }]);
  });

  it('sends many places to others in rounds, the newest of each', async () => {
    const join = network();
    const one = process(join(), new Set([ADA]));
    const texts: string[] = [];
    const last = new Map<string, number>();
    const listening = join();
    listening.on((text) => texts.push(text ?? ''));
    const moves = subscribeToMoves(join());
    const place = (index: number, atMs: number): CourierPlace => ({
      courierId: ADA.slice(0, -4) + index.toString(16).padStart(4, '0'),
      tenant,
      receivedAtMs: atMs,
      position: { ...NOTHING, atMs, lat: 1, lng: 1 },
    });
    const all = process(
      join(),
      new Set(Array.from({ length: 2_000 }, (_, index) => place(index, 0).courierId)),
    );
    for (let index = 0; index < 2_000; index += 1) last.set(place(index, 0).courierId, 7_000);
    await all.places.take(
      [...last.keys()].map((courierId, index) => ({ ...place(index, 7_000), courierId })),
      7_000,
    );
    await all.pass();
    expect(moves.find(place(0, 0).courierId)?.atMs).toBe(7_000);
    expect(moves.find(place(1_999, 0).courierId)).toBeNull();
    await all.pass();
    await all.pass();
    expect(moves.find(place(1_999, 0).courierId)?.atMs).toBe(7_000);
    for (const text of texts) expect(text.length).toBeLessThanOrEqual(7_900);
    one.feed.stop();
  });

  it('publishes the newest of what others report about a courier, in any order', async () => {
    const join = network();
    const [one, two, here] = [process(join()), process(join()), process(join())];
    one.move(ADA, 2_000, 53.01);
    two.move(ADA, 1_000, 53);
    await one.pass();
    await two.pass();
    await here.pass();
    expect(shownIds(here)).toEqual([[ADA, 2_000]]);
  });

  it('gathers nothing while nobody wants it, and everything from then on', async () => {
    const one = process(network()());
    const received: PlaceUpdates[] = [];
    let wants = false;
    one.endHearing();
    one.feed.subscribe(
      (updates) => received.push(updates),
      () => wants,
    );
    one.move(ADA, 1_000, 53);
    await one.pass();
    const before = received.length;
    one.move(ADA, 2_000, 53.0001);
    await one.pass();
    // Couriers unknown to the store are gathered anyway.
    expect(received.length - before).toBe(areRemembered ? 0 : 1);
    wants = true;
    one.move(ADA, 3_000, 53.0002);
    await one.pass();
    expect(received.at(-1)?.shown.map(({ position }) => position.atMs)).toEqual([3_000]);
  });
});
