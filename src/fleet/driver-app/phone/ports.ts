import {
  type DriverPorts,
  type DriverStorage,
  fetchStream,
  fetchTransport,
  indexedDbStorage,
} from '../../driver/index.ts';

/** The phone's clock. Clock and random numbers are read only in this file. */
export const nowMs = (): number => Date.now();

export const openStorage = (): Promise<DriverStorage> => indexedDbStorage(indexedDB, IDBKeyRange);

/** The parts of a browser that the driver module needs. */
export function browserPorts(storage: DriverStorage): DriverPorts {
  const timer = {
    set: (work: () => void, ms: number) => window.setTimeout(work, ms),
    clear: (handle: unknown) => {
      if (typeof handle === 'number') window.clearTimeout(handle);
    },
  };
  return {
    storage,
    timer,
    transport: fetchTransport((url, init) => fetch(url, init), timer),
    stream: fetchStream((url, init) => fetch(url, init)),
    now: nowMs,
    newId: () => crypto.randomUUID(),
    random: () => Math.random(),
    // Tabs share the storage and must not send the same item concurrently.
    ...('locks' in navigator
      ? { lock: (name, work) => navigator.locks.request(name, work).then((result) => result) }
      : {}),
  };
}
