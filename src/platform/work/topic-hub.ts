import { startLoop } from './loop.ts';
import type { Timers } from './timers.ts';

/**
 * Notifies the watchers of topics of their current state: soon after they subscribe, and whenever
 * it changes. Not durable: topics without watchers are not read, and their changes are dropped.
 */
export interface TopicHub<Topic, Update> {
  /** Calls `onUpdate` soon with the topic's state, and then with each new one, until stopped. */
  watch(topic: Topic, onUpdate: (update: Update) => void): () => void;
  /**
   * Reads these topics again, as far as they are watched.
   * @param keys null: all topics, for example because notifications may have been missed
   */
  changed(keys: Iterable<string> | null): void;
  /** Passes a state that arrived without reading on to the topic's watchers. */
  publish(key: string, update: Update): void;
  /** The number of watched topics. */
  readonly size: number;
  /** Forgets all watchers; resolves when no read is in progress. */
  stop(): Promise<void>;
}

/** What distinguishes one kind of topic from another: where its states come from. */
export interface TopicSource<Topic, Update> {
  /** Identifies a topic: watchers of the same key share one read. */
  readonly keyOf: (topic: Topic) => string;
  /**
   * Reads topics and publishes their states. If it fails, those not published are read again after
   * `retryMs`.
   */
  readonly read: (
    topics: ReadonlyMap<string, Topic>,
    publish: (key: string, update: Update) => void,
  ) => Promise<void>;
  /** Called for a topic's first watcher; returns a function to call when the last one has left. */
  readonly open?: (topic: Topic, key: string) => () => void;
  /** Whether a watcher that has the first state needs no notification of the second. */
  readonly isSame?: (before: Update, now: Update) => boolean;
  /** The maximum number of topics of one read. */
  readonly topicsMax: number;
  /** How long to wait for more changes before reading. */
  readonly gatherMs?: number;
  /** The minimum interval between two reads, however many changes there are. */
  readonly apartMs?: number;
  readonly retryMs: number;
  readonly onFailure: (error: unknown) => void;
  readonly timers: Timers;
}

interface Watched<Topic, Update> {
  readonly topic: Topic;
  /** Watchers, each with the state it was last notified of; null: none yet. */
  readonly watchers: Map<(update: Update) => void, { readonly update: Update } | null>;
  readonly close: () => void;
}

/** Creates a hub for one kind of topic. */
export function createTopicHub<Topic, Update>(
  source: TopicSource<Topic, Update>,
): TopicHub<Topic, Update> {
  const { keyOf, open, isSame, topicsMax, gatherMs = 0, apartMs = 0, timers } = source;
  const { retryMs, onFailure } = source;
  const watched = new Map<string, Watched<Topic, Update>>();
  const due = new Set<string>();
  let readAtMs = Number.NEGATIVE_INFINITY;
  const loop = startLoop({ run: readDue, everyMs: null, retryMs, onFailure, timers });

  function publish(key: string, update: Update): void {
    const watchers = watched.get(key)?.watchers;
    for (const [onUpdate, last] of [...(watchers ?? [])]) {
      if (last !== null && isSame?.(last.update, update)) continue;
      watchers?.set(onUpdate, { update });
      onUpdate(update);
    }
  }

  function readSoon(): void {
    if (due.size > 0) loop.wake(Math.max(gatherMs, readAtMs + apartMs - timers.nowMs()));
  }

  /**
   * Reads the due topics and publishes their updates. Topics without an update stay due after a
   * failure.
   */
  async function readDue(): Promise<void> {
    const topics = new Map<string, Topic>();
    for (const key of [...due].slice(0, topicsMax)) {
      due.delete(key);
      const of = watched.get(key);
      if (of !== undefined) topics.set(key, of.topic);
    }
    if (topics.size === 0) return readSoon();
    readAtMs = timers.nowMs();
    const unpublished = new Set(topics.keys());
    try {
      await source.read(topics, (key, update) => {
        unpublished.delete(key);
        publish(key, update);
      });
    } catch (error) {
      readSoon();
      for (const key of unpublished) if (watched.has(key)) due.add(key);
      throw error;
    }
    readSoon();
  }

  return {
    watch(topic, onUpdate) {
      const key = keyOf(topic);
      let entry = watched.get(key);
      if (entry === undefined) {
        entry = { topic, watchers: new Map(), close: open?.(topic, key) ?? (() => {}) };
        watched.set(key, entry);
      }
      const { watchers, close } = entry;
      // A function of its own, so that a caller may subscribe the same one twice.
      const watcher = (update: Update): void => onUpdate(update);
      watchers.set(watcher, null);
      // Read only now: whatever is committed later is announced as a change.
      due.add(key);
      readSoon();
      return () => {
        if (!watchers.delete(watcher) || watchers.size > 0) return;
        watched.delete(key);
        close();
      };
    },
    changed(keys) {
      for (const key of keys ?? watched.keys()) if (watched.has(key)) due.add(key);
      readSoon();
    },
    publish,
    get size() {
      return watched.size;
    },
    async stop() {
      for (const { close, watchers } of watched.values()) {
        watchers.clear();
        close();
      }
      watched.clear();
      await loop.stop();
    },
  };
}
