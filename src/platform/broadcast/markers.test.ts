import { expect, it } from 'vitest';
import { manualTimers } from '../work/test-timers.ts';
import { Markers } from './markers.ts';

function setUp() {
  const [timers, sent, settled] = [manualTimers(), [] as string[], [] as string[]];
  const markers = new Markers((text) => sent.push(text), timers);
  const ask = (name: string) => void markers.settled().then(() => settled.push(name));
  const pass = () => new Promise((resolve) => setImmediate(resolve));
  return { timers, sent, settled, markers, ask, pass };
}

it('one marker is under way at a time, and none that was sent before the request', async () => {
  const { sent, settled, markers, ask, pass } = setUp();
  for (const name of ['first', 'second', 'third']) ask(name);
  expect(sent).toHaveLength(1);
  markers.receive('a word of another time');
  await pass();
  expect(settled).toEqual([]);
  markers.receive(sent[0] ?? '');
  await pass();
  expect([settled, sent.length]).toEqual([['first'], 2]);
  markers.receive(sent[1] ?? '');
  await pass();
  expect([settled, sent.length]).toEqual([['first', 'second', 'third'], 2]);
});

it('is waited for no longer than a second', async () => {
  const { timers, settled, ask, pass } = setUp();
  ask('first');
  ask('second');
  timers.advance(1_000);
  await pass();
  expect(settled).toEqual(['first']);
  timers.advance(1_000);
  await pass();
  expect([settled, timers.set]).toEqual([['first', 'second'], 0]);
});
