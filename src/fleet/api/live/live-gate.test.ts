import { expect, it } from 'vitest';
import { countPlaces } from './live-gate.ts';

it('leaves places for other merchants', () => {
  const { take } = countPlaces();
  const fill = () => {
    for (;;) take('greedy');
  };
  const leave = take('greedy');
  expect(fill).toThrow('positions.liveConnectionsExhausted');
  expect(() => take('other')).not.toThrow();
  leave();
  leave();
  expect(() => take('greedy')).not.toThrow();
  expect(() => take('greedy')).toThrow('positions.liveConnectionsExhausted');
});

it('limits some to fewer', () => {
  const { take } = countPlaces();
  take('one person', 2);
  take('one person', 2);
  expect(() => take('one person', 2)).toThrow('positions.liveConnectionsExhausted');
  expect(() => take('another', 2)).not.toThrow();
});
