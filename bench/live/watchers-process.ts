import { WebSocket } from 'ws';

/**
 * Runs ten thousand watchers in a process of their own, and measures the age of the newest place
 * that each has, and whether any ever received an older one after a newer one.
 */
export interface Watching {
  readonly url: string;
  readonly key: string;
  /** The topics, one for each watcher. */
  readonly topics: readonly string[];
}

export type Order =
  | { readonly order: 'connect'; readonly watching: Watching }
  /** Restarts counting, with the results under this name. */
  | { readonly order: 'count'; readonly as: string }
  | { readonly order: 'end' };

/** The results of counting under a name. */
export interface Received {
  readonly messages: number;
  readonly positions: number;
  /** The age of the newest place of any watcher, at any moment; ms. */
  readonly ageMs: Percentiles;
  /** The time from sending by the courier to arrival; ms. */
  readonly arrivalMs: Percentiles;
  readonly olderAfterNewer: number;
  readonly closed: number;
  /** The number of watchers that had no place when checked. */
  readonly without: number;
}

export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const AT_ONCE = 100;
/**
 * The number of local addresses. There are several, so that none runs out of ports: connections of
 * the previous run still linger.
 */
const SOURCES = 8;
const CHECK_EVERY_MS = 250;
const MS_MAX = 60_000;

class Histogram {
  readonly #counts = new Uint32Array(MS_MAX + 1);
  #count = 0;
  #max = 0;

  add(ms: number): void {
    const at = Math.min(MS_MAX, Math.max(0, Math.round(ms)));
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#count += 1;
    this.#max = Math.max(this.#max, ms);
  }

  percentiles(): Percentiles {
    return { p50: this.#at(0.5), p99: this.#at(0.99), max: Math.round(this.#max) };
  }

  #at(share: number): number {
    let left = this.#count * share;
    for (const [ms, count] of this.#counts.entries()) {
      left -= count;
      if (left < 0) return ms;
    }
    return 0;
  }
}

interface Watcher {
  readonly socket: WebSocket;
  /** The time at which each courier's newest place was sent. */
  readonly newest: Map<string, number>;
  readonly couriers: string[];
}

function newCount() {
  const [ages, arrivals] = [new Histogram(), new Histogram()];
  return { ages, arrivals, messages: 0, positions: 0, olderAfterNewer: 0, closed: 0, without: 0 };
}

let count = newCount();
const counts = new Map<string, typeof count>();
const watchers: Watcher[] = [];

interface Batch {
  readonly type: string;
  readonly topics: readonly {
    readonly couriers: readonly { readonly courier_id: string; readonly ts: string }[];
  }[];
}

function hear({ newest, couriers }: Watcher, text: string): void {
  const nowMs = Date.now();
  const batch = JSON.parse(text) as Batch;
  if (batch.type !== 'batch') return;
  count.messages += 1;
  for (const topic of batch.topics) {
    for (const { courier_id: id, ts } of topic.couriers) {
      const atMs = Date.parse(ts);
      const before = newest.get(id);
      if (before === undefined) couriers.push(id);
      else if (atMs < before) count.olderAfterNewer += 1;
      newest.set(id, atMs);
      count.positions += 1;
      count.arrivals.add(nowMs - atMs);
    }
  }
}

/**
 * Notes the age of every watcher's newest place; for those who watch many couriers, that of one
 * courier each time.
 */
function check(turn: number): void {
  const nowMs = Date.now();
  for (const { newest, couriers } of watchers) {
    const id = couriers[turn % Math.max(1, couriers.length)];
    const atMs = id === undefined ? undefined : newest.get(id);
    if (atMs === undefined) count.without += 1;
    else count.ages.add(nowMs - atMs);
  }
}

async function connect({ url, key, topics }: Watching): Promise<void> {
  let next = 0;
  const open = async (): Promise<void> => {
    for (let index = next++; index < topics.length; index = next++) {
      const socket = new WebSocket(url, {
        headers: { authorization: `Bearer ${key}` },
        localAddress: `127.0.0.${2 + (index % SOURCES)}`,
        perMessageDeflate: false,
      });
      const watcher: Watcher = { socket, newest: new Map(), couriers: [] };
      await new Promise((resolve, reject) => {
        socket.once('open', resolve);
        socket.once('error', reject);
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        count.closed += 1;
      });
      await new Promise<void>((resolve) => {
        socket.on('message', (data) => {
          hear(watcher, String(data));
          resolve();
        });
        socket.send(JSON.stringify({ subscribe: [topics[index]] }));
      });
      watchers.push(watcher);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, open));
}

function countAs(name: string): void {
  count = counts.get(name) ?? newCount();
  counts.set(name, count);
}

function seen(): Record<string, Received> {
  const all = [...counts].map(([name, { ages, arrivals, ...rest }]) => [
    name,
    { ...rest, ageMs: ages.percentiles(), arrivalMs: arrivals.percentiles() },
  ]);
  return Object.fromEntries(all);
}

async function watch(order: Order): Promise<unknown> {
  if (order.order === 'count') return countAs(order.as);
  if (order.order === 'connect') {
    await connect(order.watching);
    return watchers.length;
  }
  const result = seen();
  for (const { socket } of watchers.splice(0)) socket.terminate();
  counts.clear();
  return result;
}

let turn = 0;
setInterval(() => {
  turn += 1;
  check(turn);
}, CHECK_EVERY_MS);
process.on('message', (order: Order) => {
  watch(order).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ failed: String(error) }),
  );
});
process.once('disconnect', () => process.exit(0));
