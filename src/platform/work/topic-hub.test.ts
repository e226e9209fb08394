import { setImmediate as settled } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { manualTimers } from './test-timers.ts';
import { createTopicHub, type TopicSource } from './topic-hub.ts';

function opened(options: Partial<TopicSource<string, string>> = {}) {
  const timers = manualTimers();
  const states = new Map<string, string>();
  const reads: string[][] = [];
  const broken = new Set<string>();
  const open = new Set<string>();
  const failures: unknown[] = [];
  const hub = createTopicHub<string, string>({
    keyOf: (topic) => topic,
    open(topic) {
      open.add(topic);
      return () => void open.delete(topic);
    },
    async read(topics, publish) {
      reads.push([...topics.keys()]);
      for (const key of topics.keys()) {
        if (broken.has(key)) throw new Error(`${key} cannot be read`);
        publish(key, states.get(key) ?? 'none');
      }
    },
    topicsMax: 10,
    retryMs: 1_000,
    onFailure: (error) => failures.push(error),
    timers,
    ...options,
  });
  const watch = (topic: string) => {
    const received: string[] = [];
    return { received, end: hub.watch(topic, (update) => received.push(update)) };
  };
  return { hub, timers, states, reads, broken, open, failures, watch };
}

it('notifies each watcher of the current state and of each change, and nobody else', async () => {
  const { hub, states, watch } = opened();
  const [one, other] = [watch('a'), watch('b')];
  await settled();
  states.set('a', 'changed');
  hub.changed(['a', 'unwatched']);
  await settled();
  const late = watch('a');
  await settled();
  expect(one.received).toEqual(['none', 'changed', 'changed']);
  expect([other.received, late.received]).toEqual([['none'], ['changed']]);
});

it('does not repeat a state that a watcher has', async () => {
  const { hub, watch } = opened({ isSame: (before, now) => before === now });
  const early = watch('a');
  await settled();
  const late = watch('a');
  hub.changed(null);
  await settled();
  hub.publish('a', 'pushed');
  expect([early.received, late.received]).toEqual([
    ['none', 'pushed'],
    ['none', 'pushed'],
  ]);
});

it('reads again what could not be read, and only that', async () => {
  const { timers, reads, broken, failures, watch } = opened();
  broken.add('b');
  const [a, b] = [watch('a'), watch('b')];
  await settled();
  expect(failures.map(String)).toEqual(['Error: b cannot be read']);
  broken.clear();
  timers.advance(1_000);
  await settled();
  expect([a.received, b.received]).toEqual([['none'], ['none']]);
  expect(reads.at(-1)).toEqual(['b']);
});

it('reads a limited number at once, and at most once in an interval', async () => {
  const { timers, reads, watch } = opened({ topicsMax: 2, gatherMs: 100, apartMs: 1_000 });
  for (const topic of ['a', 'b', 'c']) watch(topic);
  timers.advance(99);
  await settled();
  expect(reads).toEqual([]);
  timers.advance(1);
  await settled();
  timers.advance(999);
  await settled();
  expect(reads).toEqual([['a', 'b']]);
  timers.advance(1);
  await settled();
  expect(reads).toEqual([['a', 'b'], ['c']]);
});

it('opens a topic for its first watcher, and closes it after the last', async () => {
  const { hub, open, reads, watch } = opened();
  const [first, second] = [watch('a'), watch('a')];
  await settled();
  const before = reads.length;
  first.end();
  expect([...open]).toEqual(['a']);
  second.end();
  second.end();
  expect([open.size, hub.size]).toEqual([0, 0]);
  hub.changed(null);
  await settled();
  expect(reads.length).toBe(before);
  watch('b');
  await hub.stop();
  expect([open.size, hub.size]).toEqual([0, 0]);
});
