import type { Clock } from '../../../platform/clock.ts';
import type { Timers } from '../../../platform/work/timers.ts';
import { Batch, partText } from './batch.ts';
import type { WatchedTopic } from './watched-topic.ts';

/** Somebody who is sent batches. */
export interface Watcher {
  /** It reads too slowly: nothing is sent to it until it has read, and then the newest. */
  isBlocked(): boolean;
  send(batch: Batch): void;
}

/** Between two batches for one watcher, on the average. */
export const BATCH_MS = 1_000;
/**
 * By so much a batch may come sooner where the ones before came later. So who watches a courier that tells its
 * place once a second is soon told each place as it comes, and not always most of a second afterwards.
 */
const EARLIER_MS = 200;
/** Who is due within this is told with the others: news come five times a second, not quite evenly. */
const DUE_EARLY_MS = 50;
/** Then others get their turn: a batch for everybody must not hold the process up. */
const SENT_AT_ONCE = 200;

/** When a batch goes out; the same for all whom it goes to. */
interface Now {
  readonly atMs: number;
  readonly timerMs: number;
  readonly seq: number;
}

export interface TopicEntry {
  readonly topic: WatchedTopic;
  /** Each with the names by which it asked for it. */
  readonly watchers: Map<Session, Set<string>>;
  /** The batch that told somebody of nothing else: for others who know the topic as this one did. */
  shared: Shared | null;
}

/** By key. */
export type Topics = ReadonlyMap<string, TopicEntry>;

interface Shared {
  readonly name: string;
  readonly delivered: number | null;
  readonly batch: Batch;
}

/** One who watches, and what there is to be told. */
export interface Session {
  readonly watcher: Watcher;
  /** By the name it goes by for this watcher. */
  readonly watched: Map<string, { readonly key: string; delivered: number | null }>;
  readonly pending: Set<string>;
  dueAtMs: number;
  /** It has been told how all stands: what is new then is told at once. */
  hasBegun: boolean;
}

/** Tells those who are due what is new of what they watch. */
export class Telling {
  readonly #deps: { readonly timers: Timers; readonly clock: Clock };
  readonly #waiting = new Map<Session, Topics>();
  #isSending = false;
  #stopped = false;

  constructor(deps: { readonly timers: Timers; readonly clock: Clock }) {
    this.#deps = deps;
  }

  /** There is something new for it among these topics, which it watches. */
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

  /** Who is still being told the batch before is told both with the next. */
  tell(seq: number): void {
    if (this.#isSending || this.#waiting.size === 0) return;
    const now: Now = {
      ...{ atMs: this.#deps.clock.nowMs(), seq },
      timerMs: this.#deps.timers.nowMs(),
    };
    // Who comes to it meanwhile is not due yet.
    const waiting = this.#waiting.entries();
    const sendSome = (): void => {
      if (this.#stopped) return;
      let sent = 0;
      for (let next = waiting.next(); !next.done; next = waiting.next()) {
        const [session, topics] = next.value;
        if (now.timerMs < session.dueAtMs || session.watcher.isBlocked()) continue;
        sent += 1;
        if (this.#tell(session, topics, now)) this.#waiting.delete(session);
        if (sent < SENT_AT_ONCE) continue;
        this.#isSending = true;
        setImmediate(sendSome);
        return;
      }
      this.#isSending = false;
    };
    sendSome();
  }

  /** False: there is something left to be told. */
  #tell(session: Session, topics: Topics, now: Now): boolean {
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

  #batchFor({ pending, watched }: Session, topics: Topics, now: Now): Batch | null {
    const isAlone = pending.size === 1;
    const parts: string[] = [];
    for (const name of pending) {
      const it = watched.get(name);
      const entry = it === undefined ? undefined : topics.get(it.key);
      if (it === undefined || entry === undefined) {
        pending.delete(name);
        continue;
      }
      const { topic, shared } = entry;
      if (!topic.isReady) continue;
      const { delivered } = it;
      pending.delete(name);
      it.delivered = topic.seq;
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
