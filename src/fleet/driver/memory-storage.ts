import type { DriverStorage } from './ports.ts';

/** For tests, and for phones that need no persistence. */
export function memoryStorage(entries: Iterable<readonly [string, unknown]> = []): DriverStorage {
  const values = new Map<string, unknown>(entries);
  const keysOf = (prefix: string) =>
    [...values.keys()].filter((key) => key.startsWith(prefix)).sort();
  return {
    get: async (key) => structuredClone(values.get(key)),
    list: async (prefix) =>
      keysOf(prefix).map((key) => [key, structuredClone(values.get(key))] as const),
    async write(changes) {
      const copies = changes.map(([key, value]) => [key, structuredClone(value)] as const);
      for (const [key, value] of copies) {
        if (value === undefined) values.delete(key);
        else values.set(key, value);
      }
    },
  };
}
