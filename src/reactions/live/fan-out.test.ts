import { describe, expect, it, vi } from 'vitest';
import type { Event } from '../../events/event.ts';
import { anEvent } from '../../events/test-events.ts';
import { createLog } from '../../platform/observability/log.ts';
import { manualTimers } from '../../platform/work/test-timers.ts';
import {
  type PublicTrackRow,
  shardOf,
  TRACKS_CHANNEL,
} from '../../tracking/ports/public-tracks.ts';
import { createFanOut } from './fan-out.ts';
import type { UpdateSource } from './update-source.ts';

const CHECK_MS = 20_000;
const carrier = 'acme';

/** A log and its public answers in memory, and a channel that announces on command. */
function setUp() {
  const log = new Map<number, Event[]>();
  const tracks = new Map<string, PublicTrackRow>();
  const failing = new Set<keyof UpdateSource>();
  const reads: string[] = [];
  const timers = manualTimers();
  let hear: (payload: string | null) => void = () => {};
  let hearTrack = hear;
  const guard = (name: keyof UpdateSource, what = ''): void => {
    reads.push(`${name}${what}`);
    if (failing.has(name)) throw new Error(`${name} is down`);
  };
  const source: UpdateSource = {
    async heads() {
      guard('heads');
      return new Map([...log].map(([shard, entries]) => [shard, entries.at(-1)?.position ?? 0n]));
    },
    async events(shard, after, limit) {
      guard('events', ` after ${after}`);
      return (log.get(shard) ?? []).filter(({ position }) => position > after).slice(0, limit);
    },
    async erased(subjectIds) {
      return subjectIds.map((trackingNumber) => ({ carrier, trackingNumber }));
    },
    async tracks(numbers) {
      guard('tracks');
      return numbers.flatMap((number) => tracks.get(number) ?? []);
    },
  };
  const fanOut = createFanOut({
    source,
    timers,
    log: createLog({ level: 'silent' }),
    listener: {
      on(channel, listener) {
        if (channel === TRACKS_CHANNEL) {
          hearTrack = listener;
          return () => {};
        }
        hear = listener;
        return () => {
          hear = () => {};
        };
      },
    },
  });
  /** Commits a new state; announced unless the notification is lost. */
  const commit = (number: string, version: string, lost = false): void => {
    const shard = shardOf(carrier, number);
    const events = log.get(shard) ?? [];
    const place = { position: BigInt(events.length + 1), subjectId: number };
    const data = { carrier, tracking_number: number };
    log.set(shard, [...events, anEvent('shipment.status_changed', { ...place, data })]);
    const answer = {
      body: JSON.stringify({ version }),
      etag: `"${version}"`,
      maxAgeS: 10,
      merchantId: null,
      mode: null,
    };
    tracks.set(number, { trackingNumber: number, carrier, ...answer });
    if (!lost) hear(String(shard));
  };
  const watch = (number: string) => {
    const received: (string | null)[] = [];
    const end = fanOut.watch({ carrier, trackingNumber: number }, (update) => {
      if (received.at(-1) !== (update?.version ?? null)) received.push(update?.version ?? null);
    });
    return { received, end };
  };
  const notify = (number: string) => hearTrack(`${carrier}\n${number}`);
  return { fanOut, commit, watch, timers, failing, reads, tracks, notify, hear: () => hear(null) };
}

/** Another number of the same shard. */
function neighbourOf(number: string): string {
  const numbers = Array.from({ length: 1_000 }, (_, i) => `N${i}`);
  const shard = shardOf(carrier, number);
  const found = numbers.find((each) => each !== number && shardOf(carrier, each) === shard);
  if (found === undefined) throw new Error('no other number in that shard');
  return found;
}

describe('createFanOut', () => {
  it('reads nothing while nobody watches', async () => {
    const { commit, timers, reads, watch } = setUp();
    commit('K1', 'a');
    timers.tick(CHECK_MS);
    const { received, end } = watch('K1');
    await vi.waitFor(() => expect(received).toEqual(['a']));
    end();
    reads.length = 0;
    commit('K1', 'b');
    timers.tick(CHECK_MS);
    expect(reads).toEqual([]);
  });

  it('notifies of a change without an event, such as a window that narrows', async () => {
    const { commit, watch, tracks, notify, reads } = setUp();
    commit('K1', 'a');
    const { received } = watch('K1');
    await vi.waitFor(() => expect(received).toEqual(['a']));
    const before = tracks.get('K1');
    if (before === undefined) throw new Error('not committed');
    tracks.set('K1', { ...before, etag: '"narrower"' });
    notify('K1');
    await vi.waitFor(() => expect(received).toEqual(['a', 'narrower']));
    reads.length = 0;
    notify('K2');
    expect(reads).toEqual([]);
  });

  it('never reads the log from before the first watcher came', async () => {
    const { commit, watch, reads } = setUp();
    for (const version of ['a', 'b', 'c']) commit('K1', version);
    const { received } = watch('K1');
    await vi.waitFor(() => expect(received).toEqual(['c']));
    commit('K1', 'd');
    await vi.waitFor(() => expect(received).toEqual(['c', 'd']));
    expect(reads).toContain('events after 3');
    expect(reads).not.toContain('events after 0');
  });

  it('retries when the database is unavailable, and misses nothing', async () => {
    const { commit, watch, timers, failing } = setUp();
    commit('K1', 'a');
    for (const down of ['heads', 'tracks'] as const) failing.add(down);
    const { received } = watch('K1');
    await vi.waitFor(() => expect(timers.set).toBe(2));
    failing.delete('heads');
    timers.elapse();
    await vi.waitFor(() => expect(timers.set).toBe(2));
    failing.delete('tracks');
    timers.elapse();
    await vi.waitFor(() => expect(received).toEqual(['a']));
    failing.add('events');
    commit('K1', 'b');
    await vi.waitFor(() => expect(timers.set).toBe(2));
    failing.delete('events');
    timers.elapse();
    await vi.waitFor(() => expect(received).toEqual(['a', 'b']));
  });

  it('finds what was announced while the listening connection was down', async () => {
    const { commit, watch, hear, timers } = setUp();
    commit('K1', 'a');
    const { received } = watch('K1');
    await vi.waitFor(() => expect(received).toEqual(['a']));
    commit('K1', 'b', true);
    hear();
    await vi.waitFor(() => expect(received).toEqual(['a', 'b']));
    commit('K1', 'c', true);
    timers.tick(CHECK_MS);
    await vi.waitFor(() => expect(received).toEqual(['a', 'b', 'c']));
  });

  it('notifies every watcher of a parcel, and nobody of another in the same shard', async () => {
    const { commit, watch } = setUp();
    const other = neighbourOf('K1');
    for (const number of ['K1', other]) commit(number, `${number}-a`);
    const [one, two, elsewhere] = [watch('K1'), watch('K1'), watch(other)];
    await vi.waitFor(() => expect(elsewhere.received).toEqual([`${other}-a`]));
    commit('K1', 'b');
    await vi.waitFor(() =>
      expect([one.received, two.received]).toEqual([
        ['K1-a', 'b'],
        ['K1-a', 'b'],
      ]),
    );
    expect(elsewhere.received).toEqual([`${other}-a`]);
  });

  it('reads on when there are more entries than fit in one read', async () => {
    const { commit, watch } = setUp();
    commit('K1', 'a');
    const { received } = watch('K1');
    await vi.waitFor(() => expect(received).toEqual(['a']));
    const other = neighbourOf('K1');
    for (let i = 0; i < 600; i += 1) commit(other, `v${i}`, true);
    commit('K1', 'b');
    await vi.waitFor(() => expect(received).toEqual(['a', 'b']));
  });

  it('reports when a parcel is gone', async () => {
    const { commit, watch, tracks } = setUp();
    commit('K1', 'a');
    const { received } = watch('K1');
    await vi.waitFor(() => expect(received).toEqual(['a']));
    commit('K1', 'b', true);
    tracks.delete('K1');
    commit('K2', 'x');
    const { received: again } = watch('K1');
    await vi.waitFor(() => expect(again).toEqual([null]));
  });

  it('is silent after it was closed', async () => {
    const { commit, watch, fanOut, timers } = setUp();
    commit('K1', 'a');
    const { received } = watch('K1');
    await vi.waitFor(() => expect(received).toEqual(['a']));
    await fanOut.close();
    commit('K1', 'b');
    expect(timers.set).toBe(0);
    expect(received).toEqual(['a']);
  });
});
