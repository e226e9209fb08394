import { type Driver, openDriver } from './driver.ts';
import type { DriverPorts, DriverStorage, Transport } from './ports.ts';
import type { Session } from './session.ts';
import { memoryStorage } from './stored.ts';
import { COURIER, type FakeHub } from './test-fake-hub.ts';

/** A phone whose time, network and lifetime the test controls. */
export interface Phone {
  readonly ports: DriverPorts;
  readonly driver: Driver;
  readonly storage: DriverStorage;
  /** The time until the next retry, in ms; null: none planned. */
  nextTryMs(): number | null;
  /** Lets the time until the next retry pass, and runs it. */
  passTime(): Promise<void>;
  setOnline(isOnline: boolean): void;
  enrolled(): Promise<Session>;
}

let ids = 0;

export function openPhone(
  hub: FakeHub,
  { storage = memoryStorage(), transport }: { storage?: DriverStorage; transport?: Transport } = {},
): Phone {
  let nowMs = Date.parse('2026-03-10T08:00:00.000Z');
  let planned: { readonly work: () => void; readonly ms: number } | null = null;
  let isOnline = true;
  const ports: DriverPorts = {
    storage,
    transport:
      transport ??
      (async (request) => {
        if (!isOnline) throw new TypeError('Failed to fetch');
        return hub.answer(request);
      }),
    now: () => {
      nowMs += 1;
      return nowMs;
    },
    newId: () => {
      ids += 1;
      return `id-${String(ids).padStart(6, '0')}`;
    },
    random: () => 0,
    timer: {
      set: (work, ms) => {
        planned = { work, ms };
        return planned;
      },
      clear: (handle) => {
        if (handle === planned) planned = null;
      },
    },
  };
  const driver = openDriver(ports);
  return {
    ports,
    driver,
    storage,
    nextTryMs: () => planned?.ms ?? null,
    async passTime() {
      const next = planned;
      planned = null;
      if (next === null) return;
      nowMs += next.ms;
      next.work();
      await (await driver.open(COURIER.id)).flush();
    },
    setOnline(value) {
      isOnline = value;
    },
    async enrolled() {
      const answer = await driver.enrol({
        hub: 'https://hub.example',
        code: 'GOOD',
        device: { name: 'a phone' },
      });
      if (answer.outcome !== 'enrolled') throw new Error(`not enrolled: ${answer.outcome}`);
      return driver.open(COURIER.id);
    },
  };
}
