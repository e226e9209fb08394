import { expect, it } from 'vitest';
import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { manualClock } from '../../../platform/clock.ts';
import { createLog } from '../../../platform/observability/log.ts';
import { manualTimers } from '../../../platform/work/test-timers.ts';
import type { CourierPlace, PlaceUpdates } from '../../positions/index.ts';
import type { OnTheWay } from '../locations/location.ts';
import { BATCH_MS } from './batch-sender.ts';
import { createLiveHub } from './live-hub.ts';

const tenant = { merchantId: '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f81', mode: 'live' } as const;
const stranger: Tenant = { ...tenant, mode: 'test' };
const idOf = (index: number) => `0190b0a1-5e0b-7c3e-8f0b-${index.toString(16).padStart(12, '0')}`;
const START_MS = Date.UTC(2026, 2, 10, 12);

function place(index: number, atMs: number, of: Tenant = tenant): CourierPlace {
  const rest = { accuracyM: null, speedKmh: null, heading: null, battery: null };
  const position = { atMs: START_MS + atMs, lat: 53, lng: 9, ...rest };
  return { courierId: idOf(index), tenant: of, position, receivedAtMs: START_MS + atMs };
}

interface Part {
  readonly topic: string;
  readonly seq: number;
  readonly reset?: boolean;
  readonly couriers?: readonly { readonly courier_id: string; readonly ts: string }[];
  readonly gone?: readonly string[];
  readonly location?: object | null;
}

async function setUp(
  known: readonly CourierPlace[] = [],
  lookup = async (of: Tenant) => known.filter(({ tenant: own }) => own.mode === of.mode),
) {
  const [timers, clock] = [manualTimers(), manualClock(START_MS)];
  let publish: (updates: PlaceUpdates) => void = () => {};
  let watching = 0;
  const others = { settled: Promise.resolve() };
  const ways = new Map<string, (way: OnTheWay | null) => void>();
  const hub = createLiveHub({
    timers,
    clock,
    log: createLog({ level: 'silent' }),
    places: { all: lookup },
    feed: {
      subscribe(given) {
        publish = given;
        return () => {};
      },
      settled: () => others.settled,
      watch() {
        watching += 1;
        return () => {
          watching -= 1;
        };
      },
    },
    ways: {
      find: async () => new Map(),
      watch(shipmentId, onChange) {
        ways.set(shipmentId, onChange);
        return { refresh() {}, end: () => void ways.delete(shipmentId) };
      },
    },
  });
  const join = (of: Tenant = tenant) => {
    const sent: { readonly seq: number; readonly topics: readonly Part[] }[] = [];
    const watcher = { blocked: false };
    const subscription = hub.join(of, {
      isBlocked: () => watcher.blocked,
      send: ({ text }) => sent.push(JSON.parse(text)),
    });
    return { ...subscription, sent, watcher, parts: () => sent.flatMap(({ topics }) => topics) };
  };
  const pass = async (count = 1) => {
    for (let index = 0; index < count; index += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(BATCH_MS);
      timers.advance(BATCH_MS);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const show = (...shown: CourierPlace[]) => publish({ shown, gone: [] });
  const drop = (index: number) =>
    publish({ shown: [], gone: [{ courierId: idOf(index), tenant }] });
  const passMs = async (ms: number) => {
    clock.advance(ms);
    timers.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { hub, join, pass, passMs, show, drop, ways, others, watching: () => watching };
}

const received = (part: Part | undefined) =>
  (part?.couriers ?? []).map(({ courier_id: id, ts }) => [id, Date.parse(ts) - START_MS]);
const wire = (index: number) => wireId('courier', idOf(index));

it('begins with everything, then sends the newest changes once a second', async () => {
  const { join, pass, show } = await setUp([place(1, 0), place(2, 0)]);
  const screen = join();
  screen.add('fleet', { kind: 'all' }, null);
  await pass();
  const [first] = screen.parts();
  expect([first?.reset, received(first)]).toEqual([
    true,
    [
      [wire(1), 0],
      [wire(2), 0],
    ],
  ]);
  show(place(1, 100));
  show(place(1, 900));
  await pass();
  await pass();
  expect(screen.sent).toHaveLength(2);
  expect(received(screen.parts()[1])).toEqual([[wire(1), 900]]);
  expect(screen.parts()[1]?.seq).toBeGreaterThan(first?.seq ?? 0);
});

it('sends at once to a client that received nothing for a second, and to nobody much sooner', async () => {
  const { join, pass, passMs, show } = await setUp();
  const screen = join();
  screen.add('one', { kind: 'courier', courierId: idOf(1) }, null);
  await pass(2);
  expect(screen.sent).toHaveLength(1);
  show(place(1, 1_000));
  await passMs(0);
  expect(screen.sent.map(({ topics }) => received(topics[0]))).toEqual([[], [[wire(1), 1_000]]]);
  show(place(1, 1_200));
  await passMs(700);
  show(place(1, 1_700));
  await passMs(0);
  expect(screen.sent).toHaveLength(2);
  await passMs(100);
  expect(screen.sent.slice(2).map(({ topics }) => received(topics[0]))).toEqual([
    [[wire(1), 1_700]],
  ]);
});

it('sends each place as it arrives for a courier that reports once a second, even when started out of step', async () => {
  const { join, pass, passMs, show } = await setUp();
  const screen = join();
  screen.add('one', { kind: 'courier', courierId: idOf(1) }, null);
  await pass();
  const late: number[] = [];
  // Two at once in the beginning, all others half a second after those: never again at the same
  // time.
  for (let atMs = 1_000; atMs < 40_000; atMs += 100) {
    if (atMs % 1_000 === 500 || atMs === 1_000 || atMs === 1_100) show(place(1, atMs));
    const before = screen.sent.length;
    await passMs(0);
    await passMs(100);
    for (const { topics } of screen.sent.slice(before)) {
      const [, sentMs] = received(topics[0])[0] ?? [];
      late.push(atMs - Number(sentMs));
    }
  }
  expect(late.length).toBeLessThanOrEqual(41);
  expect(Math.max(...late.slice(25))).toBeLessThanOrEqual(100);
});

it('sends to nobody more than once a second for long', async () => {
  const { join, pass, passMs, show } = await setUp();
  const screen = join();
  screen.add('fleet', { kind: 'all' }, null);
  await pass(30);
  const before = screen.sent.length;
  for (let atMs = 30_000; atMs < 90_000; atMs += 100) {
    show(place(1, atMs));
    await passMs(100);
  }
  const batches = screen.sent.length - before;
  expect(batches).toBeGreaterThanOrEqual(58);
  expect(batches).toBeLessThanOrEqual(65);
});

it('serializes shared updates once, and sends each client what it lacks', async () => {
  const { hub, join, pass, show } = await setUp();
  const batches: object[] = [];
  const names = ['fleet', 'fleet', 'all of them'];
  for (const name of names) {
    const watcher = { isBlocked: () => false, send: (batch: object) => batches.push(batch) };
    hub.join(tenant, watcher).add(name, { kind: 'all' }, null);
  }
  await pass();
  const late = join();
  show(place(1, 1_000));
  late.add('fleet', { kind: 'all' }, null);
  await pass();
  const [, , , ...second] = batches;
  expect(second).toHaveLength(3);
  expect(second[0]).toBe(second[1]);
  expect(second[2]).not.toBe(second[0]);
  expect(JSON.stringify(second[2])).toContain('all of them');
  expect(late.parts()).toMatchObject([{ topic: 'fleet', reset: true }]);
});

it('never sends an older place after a newer one', async () => {
  const { join, pass, show } = await setUp([place(1, 500)]);
  const screen = join();
  screen.add('fleet', { kind: 'all' }, null);
  screen.add(`courier:${wire(1)}`, { kind: 'courier', courierId: idOf(1) }, null);
  for (const atMs of [2_000, 1_000, 3_000, 2_500, 3_000]) {
    show(place(1, atMs));
    await pass();
  }
  for (const topic of ['fleet', `courier:${wire(1)}`]) {
    const times = screen.parts().flatMap((part) => (part.topic === topic ? received(part) : []));
    expect(times).toEqual([
      [wire(1), 2_000],
      [wire(1), 3_000],
    ]);
  }
});

it('sends nothing of another tenant, and one courier only to a client that watches one', async () => {
  const { join, pass, show } = await setUp([place(1, 0), place(2, 0)]);
  const [own, others] = [join(), join(stranger)];
  own.add('one', { kind: 'courier', courierId: idOf(1) }, null);
  others.add('fleet', { kind: 'all' }, null);
  others.add('one', { kind: 'courier', courierId: idOf(1) }, null);
  await pass();
  show(place(1, 1_000), place(2, 1_000));
  await pass();
  expect(own.parts().flatMap(received)).toEqual([
    [wire(1), 0],
    [wire(1), 1_000],
  ]);
  expect(others.parts().flatMap(received)).toEqual([]);
});

it('keeps only the newest update for a slow reader', async () => {
  const { join, pass, show } = await setUp();
  const screen = join();
  screen.add('fleet', { kind: 'all' }, null);
  await pass();
  screen.watcher.blocked = true;
  for (let index = 1; index <= 50; index += 1) {
    show(place(1, index * 1_000), place(2, index * 1_000));
    await pass();
  }
  expect(screen.sent).toHaveLength(1);
  screen.watcher.blocked = false;
  await pass();
  expect(screen.sent).toHaveLength(2);
  expect(received(screen.parts()[1])).toEqual([
    [wire(1), 50_000],
    [wire(2), 50_000],
  ]);
});

it('resumes after a short break with changes, including removals; after a long one with everything', async () => {
  const { join, pass, show, drop } = await setUp();
  const keeps = join();
  keeps.add('fleet', { kind: 'all' }, null);
  await pass(10);
  show(place(1, 0), place(2, 0), place(3, 0));
  await pass(20);
  const seq = keeps.sent.at(-1)?.seq ?? 0;
  show(place(2, 9_000));
  drop(3);
  await pass(10);
  // Updates of the five seconds before the break are repeated: clocks of processes differ.
  const back = join();
  back.add('fleet', { kind: 'all' }, seq + 10_000);
  await pass();
  expect([received(back.parts()[0]), back.parts()[0]?.gone, back.parts()[0]?.reset]).toEqual([
    [[wire(2), 9_000]],
    [wire(3)],
    undefined,
  ]);
  const late = join();
  late.add('fleet', { kind: 'all' }, 5);
  await pass();
  expect([received(late.parts()[0]), late.parts()[0]?.reset]).toEqual([
    [
      [wire(1), 0],
      [wire(2), 9_000],
    ],
    true,
  ]);
});

it('shows no courier who is off shift', async () => {
  const { hub, join, pass, drop } = await setUp([place(1, 0)]);
  const screen = join();
  screen.add('fleet', { kind: 'all' }, null);
  screen.add('one', { kind: 'courier', courierId: idOf(1) }, null);
  await pass();
  drop(1);
  await pass();
  expect(screen.parts().slice(2)).toMatchObject([
    { topic: 'fleet', couriers: [], gone: [wire(1)] },
    { topic: 'one', couriers: [], gone: [wire(1)] },
  ]);
  expect(await hub.publish(tenant, new Map([['fleet', { kind: 'all' }]]), null)).not.toContain(
    wire(1),
  );
});

it('sends the place of a parcel’s courier, and that it is no longer known', async () => {
  const { join, pass, ways } = await setUp();
  const screen = join();
  screen.add('shipment:N', { kind: 'shipment', shipmentId: 'S' }, null);
  await pass();
  expect(screen.sent).toEqual([]);
  const bringer = { courierId: idOf(1), tenant, name: 'Ada', vehicle: 'van', holds: true } as const;
  const parcel = { shipmentId: 'S', trackingNumber: 'N', status: 'out_for_delivery' } as const;
  ways.get('S')?.({ ...parcel, bringer: { ...bringer, stopsBefore: 1 }, place: place(1, 1_000) });
  await pass(2);
  ways.get('S')?.(null);
  await pass(2);
  expect(screen.parts()).toMatchObject([
    { topic: 'shipment:N', location: { lat: 53, stops_before: 1 } },
    { topic: 'shipment:N', location: null },
  ]);
  screen.end();
  expect(ways.size).toBe(0);
});

it('requests places from other processes only while a client watches', async () => {
  const { join, pass, watching } = await setUp();
  expect(watching()).toBe(0);
  const screen = join();
  screen.add('fleet', { kind: 'all' }, null);
  await pass(2);
  expect(watching()).toBe(1);
  screen.remove('fleet');
  screen.end();
  await pass(62);
  expect(watching()).toBe(0);
});

it('sends a new client nothing before it has loaded everything that others have sent', async () => {
  const { join, pass, others } = await setUp([place(1, 0)]);
  let settle = (): void => {};
  others.settled = new Promise((resolve) => {
    settle = resolve;
  });
  const screen = join();
  screen.add('fleet', { kind: 'all' }, 5);
  await pass(5);
  expect(screen.sent).toEqual([]);
  settle();
  await pass();
  expect(screen.sent).toHaveLength(1);
});

it('sends everything to a client that claims a batch no process has sent', async () => {
  const { join, pass } = await setUp([place(1, 0)]);
  const screen = join();
  screen.add('fleet', { kind: 'all' }, 9_000_000_000_000_000);
  await pass();
  const [first] = screen.parts();
  expect([first?.reset, received(first)]).toEqual([true, [[wire(1), 0]]]);
});

function placeAt(index: number, atMs: number, lat: number, lng: number): CourierPlace {
  const known = place(index, atMs);
  return { ...known, position: { ...known.position, lat, lng } };
}

it('sends a map the couriers in view, and each once more when it leaves', async () => {
  const { join, pass, show, drop } = await setUp([place(1, 0), placeAt(2, 0, 60, 9), place(3, 0)]);
  const screen = join();
  const courierIds = new Set([idOf(1), idOf(2)]);
  const area = { south: 50, west: 8, north: 55, east: 10 };
  screen.add('map', { kind: 'area', courierIds, area }, null);
  await pass();
  expect(screen.parts()).toMatchObject([{ reset: true, couriers: [[wire(1), 53, 9, START_MS]] }]);
  const lastPart = () => screen.parts().at(-1);
  // Outside the area, and a courier of another map.
  show(placeAt(2, 100, 61, 9), placeAt(3, 100, 53, 9));
  await pass();
  expect(screen.sent).toHaveLength(1);
  show(placeAt(1, 200, 53, 11));
  await pass();
  expect(lastPart()).toMatchObject({ couriers: [[wire(1), 53, 11, START_MS + 200]], gone: [] });
  show(placeAt(1, 300, 53, 12), placeAt(2, 300, 54, 9));
  await pass();
  expect(lastPart()).toMatchObject({ couriers: [[wire(2), 54, 9, START_MS + 300]] });
  drop(1);
  drop(3);
  await pass();
  expect(lastPart()).toMatchObject({ couriers: [], gone: [wire(1)] });
  screen.remove('map');
  show(placeAt(2, 400, 54, 9));
  await pass();
  expect(screen.sent).toHaveLength(4);
});

it('drops all but the newest for a map that reads slowly', async () => {
  const { join, pass, show } = await setUp([place(1, 0)]);
  const screen = join();
  screen.add('map', { kind: 'area', courierIds: new Set([idOf(1)]), area: null }, null);
  await pass();
  screen.watcher.blocked = true;
  for (const atMs of [100, 200, 300]) {
    show(placeAt(1, atMs, 53, 10));
    await pass();
  }
  expect(screen.sent).toHaveLength(1);
  screen.watcher.blocked = false;
  await pass();
  expect(screen.parts().slice(1)).toMatchObject([
    { couriers: [[wire(1), 53, 10, START_MS + 300]] },
  ]);
});

it('finds couriers in a view across the date line', async () => {
  const known = [placeAt(1, 0, 0, 179), placeAt(2, 0, 0, -179), placeAt(3, 0, 0, 0)];
  const { join, pass } = await setUp(known);
  const screen = join();
  const courierIds = new Set(known.map(({ courierId }) => courierId));
  const area = { south: -1, west: 178, north: 1, east: -178 };
  screen.add('map', { kind: 'area', courierIds, area }, null);
  await pass();
  const rows = [
    [wire(1), 0, 179, START_MS],
    [wire(2), 0, -179, START_MS],
  ];
  expect(screen.parts()).toMatchObject([{ couriers: rows }]);
});

it('loads the places of many tenants in turn, eight at a time', async () => {
  let [now, most, all] = [0, 0, 0];
  const { join, pass } = await setUp([], async () => {
    now += 1;
    all += 1;
    most = Math.max(most, now);
    await new Promise((resolve) => setImmediate(resolve));
    now -= 1;
    return [];
  });
  for (let index = 0; index < 50; index += 1) join({ merchantId: idOf(index), mode: 'live' });
  await pass(8);
  expect([most, all]).toEqual([8, 50]);
});
