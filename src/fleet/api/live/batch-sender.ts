import type { Clock } from '../../../platform/clock.ts';
import type { Timers } from '../../../platform/work/timers.ts';
import { Batch, partText } from './batch.ts';
import type { WatchedTopic } from './watched-topic.ts';

/** A client that receives batches. */
export interface Watcher {
  /**
   * Whether it reads too slowly. It then gets nothing until it has read, and after that the newest
   * state.
   */
  isBlocked(): boolean;
  send(batch: Batch): void;
}

/** Average interval between two batches for one watcher. */
export const BATCH_MS = 1_000;
/**
 * A batch may be this much early when earlier ones were late. A client that watches a courier
 * reporting once a second thus soon gets each place as it arrives, not always most of a second
 * later.
 */
const EARLIER_MS = 200;
/**
 * Watchers due within this time are included: updates come five times a second, not quite evenly.
 */
const DUE_EARLY_MS = 50;
/**
 * Watchers served before yielding to the event loop: a batch for everybody must not block the
 * process.
 */
const SENT_BEFORE_YIELD = 200;

/** When a batch is sent; the same for all its receivers. */
interface Now {
  readonly atMs: number;
  readonly timerMs: number;
  readonly seq: number;
}

export interface TopicEntry {
  readonly topic: WatchedTopic;
  /** Watchers, each with the names under which it subscribed. */
  readonly watchers: Map<Session, Set<string>>;
  /** A batch with only this topic, reused for other watchers that have the same state of it. */
  shared: Shared | null;
}

/** Watched topics by key. */
type Topics = ReadonlyMap<string, TopicEntry>;

interface Shared {
  readonly name: string;
  readonly delivered: number | null;
  readonly batch: Batch;
}

/** One watcher, and its pending updates. */
export interface Session {
  readonly watcher: Watcher;
  /** The topics it watches, by the name that it uses for them. */
  readonly watched: Map<string, { readonly key: string; delivered: number | null }>;
  readonly pending: Set<string>;
  dueAtMs: number;
  /** Whether it has received the full state; if so, later changes are sent at once. */
  hasBegun: boolean;
}

/** Sends due watchers the changes of their topics. */
export class BatchSender {
  readonly #deps: { readonly timers: Timers; readonly clock: Clock };
  readonly #waiting = new Map<Session, Topics>();
  #isSending = false;
  #stopped = false;

  constructor(deps: { readonly timers: Timers; readonly clock: Clock }) {
    this.#deps = deps;
  }

  /** Queues a session that has changes in these topics. */
  wait(session: Session, topics: Topics): void {
    this.#waiting.set(session, topics);
  }

  forget(session: Session): void {
    this.#waiting.delete(session);
  }

  stop(): void {
    this.#stopped = true;
    this.#waiting.clear();
  }

  /**
   * Starts sending the batch with this number to the watchers that are due. A batch that is still
   * being sent delays the next one; its watchers then get both together.
   */
  sendDue(seq: number): void {
    if (this.#isSending || this.#waiting.size === 0) return;
    const now: Now = {
      atMs: this.#deps.clock.nowMs(),
      seq,
      timerMs: this.#deps.timers.nowMs(),
    };
    // Sessions added meanwhile are not due yet.
    const waiting = this.#waiting.entries();
    const sendSome = (): void => {
      if (this.#stopped) return;
      let sent = 0;
      for (let next = waiting.next(); !next.done; next = waiting.next()) {
        const [session, topics] = next.value;
        if (now.timerMs < session.dueAtMs || session.watcher.isBlocked()) continue;
        sent += 1;
        if (this.#sendTo(session, topics, now)) this.#waiting.delete(session);
        if (sent < SENT_BEFORE_YIELD) continue;
        this.#isSending = true;
        setImmediate(sendSome);
        return;
      }
      this.#isSending = false;
    };
    sendSome();
  }

  /** Sends one session its changes. Returns false if some of them could not be sent yet. */
  #sendTo(session: Session, topics: Topics, now: Now): boolean {
    const { watcher, pending } = session;
    const batch = this.#batchFor(session, topics, now);
    if (batch !== null) {
      session.dueAtMs = session.hasBegun
        ? Math.max(session.dueAtMs, now.timerMs - EARLIER_MS) + BATCH_MS - DUE_EARLY_MS
        : now.timerMs;
      session.hasBegun = true;
      watcher.send(batch);
    }
    return pending.size === 0;
  }

  /**
   * Returns a batch of a session's pending changes; null if there are none to send. Topics that are
   * not ready stay pending.
   */
  #batchFor({ pending, watched }: Session, topics: Topics, now: Now): Batch | null {
    const isAlone = pending.size === 1;
    const parts: string[] = [];
    for (const name of pending) {
      const subscribed = watched.get(name);
      const entry = subscribed === undefined ? undefined : topics.get(subscribed.key);
      if (subscribed === undefined || entry === undefined) {
        pending.delete(name);
        continue;
      }
      const { topic, shared } = entry;
      if (!topic.isReady) continue;
      const { delivered } = subscribed;
      pending.delete(name);
      subscribed.delivered = topic.seq;
      if (
        isAlone &&
        shared?.name === name &&
        shared.delivered === delivered &&
        shared.batch.seq === now.seq
      ) {
        return shared.batch;
      }
      const part = topic.part(delivered);
      if (part === null) continue;
      parts.push(partText(name, topic.seq, part));
      if (isAlone) {
        const batch = new Batch(now.atMs, now.seq, parts);
        entry.shared = { name, delivered, batch };
        return batch;
      }
    }
    return parts.length === 0 ? null : new Batch(now.atMs, now.seq, parts);
  }
}
