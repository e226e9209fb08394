import type { WakeHandler, WakeQueue } from '../../platform/queue/queue.ts';

/** A queue in memory that calls handlers only when the test says so. */
export interface TestQueue extends WakeQueue {
  readonly waiting: ReadonlyMap<string, number>;
  /** Calls the handlers of everything due by `untilMs`; returns how many there were. */
  deliver(untilMs: number): Promise<number>;
}

export function createTestQueue(): TestQueue {
  const waiting = new Map<string, number>();
  let handle: WakeHandler = async () => {};
  return {
    kind: 'postgres',
    waiting,
    async wake(key, atMs) {
      waiting.set(key, Math.min(atMs, waiting.get(key) ?? atMs));
    },
    async start(handler) {
      handle = handler;
    },
    async stop() {},
    figures: async () => ({ waiting: waiting.size, delayed: 0, active: 0 }),
    async deliver(untilMs) {
      const due = [...waiting].filter(([, atMs]) => atMs <= untilMs).map(([key]) => key);
      for (const key of due) waiting.delete(key);
      await Promise.all(due.map((key) => handle(key)));
      return due.length;
    },
  };
}
