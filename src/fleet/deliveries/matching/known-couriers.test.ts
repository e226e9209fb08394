import { describe, expect, it } from 'vitest';
import type { CouriersAmong } from '../../couriers/index.ts';
import { CachedCouriers, type Known, READ_TOGETHER_MAX } from './known-couriers.ts';

const idOf = (index: number) => `c-${String(index).padStart(5, '0')}`;

function knownAs(courierId: string, load: number): Known {
  return {
    courier: {
      courierId,
      by: 'bike',
      load,
      place: null,
      capacityParcels: null,
      capacityWeightG: null,
      shiftEndsAtMs: null,
      accepted: 0,
      declined: 0,
      lastAcceptedMs: null,
    },
    positionAtMs: 0,
    contactEndsAtMs: null,
    ways: [],
  };
}

/** A table of couriers' loads whose reads take as long as the test decides. */
function newTable(couriers: number) {
  const loads = new Map(Array.from({ length: couriers }, (_, index) => [idOf(index), 0]));
  const queries: CouriersAmong[] = [];
  const waiting: (() => void)[] = [];
  let nowMs = 0;
  let tookMs = 0;
  let broken = false;
  let held = false;
  const cachedCouriers = new CachedCouriers(
    async (among) => {
      queries.push(among);
      const found = [...loads]
        .filter(([id]) => ('ids' in among ? among.ids.includes(id) : id > (among.after ?? '')))
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .slice(0, 'ids' in among ? among.ids.length : among.limit);
      if (held) await new Promise<void>((resolve) => waiting.push(resolve));
      nowMs += tookMs;
      if (broken) throw new Error('cannot be read');
      return new Map(found.map(([id, load]) => [id, knownAs(id, load)]));
    },
    { nowMs: () => nowMs },
  );
  const loadOf = async (index: number) =>
    (await cachedCouriers.all()).couriers.find(({ courier }) => courier.courierId === idOf(index))
      ?.courier.load;
  return {
    cachedCouriers,
    loads,
    waiting,
    loadOf,
    read: () => queries.splice(0).map((among) => ('ids' in among ? among.ids : among.after)),
    hold: (is: boolean) => {
      held = is;
    },
    slow: (ms: number) => {
      tookMs = ms;
    },
    fail: (is: boolean) => {
      broken = is;
    },
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('cached couriers', () => {
  it('are all read in batches, and afterwards only those that changed', async () => {
    const table = newTable(2 * READ_TOGETHER_MAX + 3);
    expect((await table.cachedCouriers.all()).couriers).toHaveLength(2 * READ_TOGETHER_MAX + 3);
    expect(table.read()).toEqual([
      null,
      idOf(READ_TOGETHER_MAX - 1),
      idOf(2 * READ_TOGETHER_MAX - 1),
    ]);
    table.loads.set(idOf(7), 2);
    expect(await table.loadOf(7)).toBe(0);
    expect(table.read()).toEqual([]);
    table.cachedCouriers.noteChange(idOf(7));
    table.loads.delete(idOf(9));
    table.cachedCouriers.noteChange(idOf(9));
    expect(await table.loadOf(7)).toBe(2);
    expect(await table.loadOf(9)).toBeUndefined();
    expect(table.read()).toEqual([[idOf(7), idOf(9)]]);
  });

  it('answer a pass with those known so far, if reading all takes long', async () => {
    const table = newTable(3 * READ_TOGETHER_MAX);
    table.slow(150);
    table.hold(true);
    for (let turn = 1; turn <= 3; turn += 1) {
      const onShift = table.cachedCouriers.all();
      table.waiting.shift()?.();
      const { couriers, isWhole } = await onShift;
      expect(couriers).toHaveLength(turn * READ_TOGETHER_MAX);
      // A full page does not say whether more couriers follow.
      expect(isWhole).toBe(false);
    }
  });

  it('delay no pass while all are read again, and drop couriers who are gone by then', async () => {
    const table = newTable(READ_TOGETHER_MAX + 1);
    await table.cachedCouriers.all();
    table.loads.set(idOf(1), 1);
    table.loads.delete(idOf(2));
    table.pass(30_000);
    table.hold(true);
    expect(await table.loadOf(1)).toBe(0);
    // Others get a turn between two batches.
    table.waiting.shift()?.();
    await settled();
    expect(await table.loadOf(1)).toBe(1);
    expect(await table.loadOf(2)).toBe(0);
    table.waiting.shift()?.();
    await settled();
    expect(await table.loadOf(2)).toBeUndefined();
  });

  it('ignore a read that began before a change was announced', async () => {
    const table = newTable(3);
    await table.cachedCouriers.all();
    table.pass(30_000);
    table.hold(true);
    expect(await table.loadOf(1)).toBe(0);
    table.loads.set(idOf(1), 1);
    table.cachedCouriers.noteChange(idOf(1));
    table.hold(false);
    expect(await table.loadOf(1)).toBe(1);
    // It finishes only now.
    table.waiting.shift()?.();
    await settled();
    expect(await table.loadOf(1)).toBe(1);
  });

  it('are all read again before a pass goes on, if a notification may have been missed', async () => {
    const table = newTable(3);
    await table.cachedCouriers.all();
    table.loads.set(idOf(1), 1);
    table.cachedCouriers.noteChange(null);
    expect(await table.loadOf(1)).toBe(1);
    for (let index = 0; index < 2_100; index += 1)
      table.cachedCouriers.noteChange(`other ${index}`);
    table.loads.set(idOf(1), 2);
    table.read();
    expect(await table.loadOf(1)).toBe(2);
    expect(table.read()).toEqual([null]);
  });

  it('are served from memory while they cannot be read, for two minutes', async () => {
    const table = newTable(3);
    table.fail(true);
    await expect(table.cachedCouriers.all()).rejects.toThrow('cannot be read');
    table.fail(false);
    expect((await table.cachedCouriers.all()).couriers).toHaveLength(3);
    table.fail(true);
    table.cachedCouriers.noteChange(null);
    table.pass(119_000);
    expect((await table.cachedCouriers.all()).couriers).toHaveLength(3);
    table.pass(1_000);
    await expect(table.cachedCouriers.all()).rejects.toThrow('cannot be read');
    table.fail(false);
    expect((await table.cachedCouriers.all()).couriers).toHaveLength(3);
  });

  it('may get offers after two quiet minutes, but do not count as complete until all are read again', async () => {
    const table = newTable(2 * READ_TOGETHER_MAX);
    expect((await table.cachedCouriers.all()).isWhole).toBe(true);
    table.loads.delete(idOf(2));
    table.pass(120_000);
    table.slow(150);
    table.hold(true);
    const onShift = table.cachedCouriers.all();
    table.waiting.shift()?.();
    const { couriers, isWhole } = await onShift;
    expect([couriers.length, isWhole]).toEqual([2 * READ_TOGETHER_MAX, false]);
    table.waiting.shift()?.();
    await settled();
    const then = await table.cachedCouriers.all();
    expect([then.couriers.length, then.isWhole]).toEqual([2 * READ_TOGETHER_MAX - 1, true]);
    table.cachedCouriers.stop();
    expect((await table.cachedCouriers.all()).isWhole).toBe(false);
  });
});
