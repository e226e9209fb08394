import { describe, expect, it } from 'vitest';
import { createClusterWorkers, stillAway, type WorkerAnswer } from './cluster-workers.sql.ts';

const answers = (...undecided: readonly (number | null)[]): WorkerAnswer[] =>
  undecided.map((each, index) => ({ worker: index + 1, undecided: each }));

describe('a worker', () => {
  it.each([
    ['is away if it does not answer', [], answers(0, null), [2]],
    ['is not away while it only works', [], answers(3, 0), []],
    ['stays away until what it prepared is decided', [1, 2], answers(0, 1), [2]],
    ['is back then', [2], answers(0, 0), []],
    ['that was removed is not away', [3], answers(0, 0), []],
  ])('%s', (_, before, given, expected) => {
    expect([...stillAway(new Set(before), given)]).toEqual(expected);
  });
});

describe('the workers of a cluster', () => {
  const lost = Object.assign(new Error('connection to the remote node failed'), { code: '08006' });
  function cluster(isCluster = true) {
    const state = { nowMs: 0, asked: 0, answers: answers(0, 0) };
    const workers = createClusterWorkers({
      isCluster: async () => isCluster,
      placesOf: async (ids) => new Map(ids.map((id, index) => [id, index])),
      async ask() {
        state.asked += 1;
        return state.answers;
      },
      monotonicMs: () => state.nowMs,
    });
    return { state, workers };
  }

  it('are asked after a failure that may come from one of them, and then each second', async () => {
    const { state, workers } = cluster();
    expect(workers.away.size).toBe(0);
    expect(await workers.blames(new Error('a bug'))).toBe(false);
    expect(await workers.blames(Object.assign(new Error(), { code: '40P01' }))).toBe(false);
    expect(state.asked).toBe(0);
    expect(await workers.blames(lost)).toBe(false);
    state.answers = answers(0, null);
    expect(await workers.blames(lost)).toBe(true);
    expect([...workers.away]).toEqual([2]);
    expect(await workers.present(['zero', 'one', 'two'])).toEqual(['zero', 'one']);
    state.answers = answers(0, 0);
    expect([...workers.away]).toEqual([2]);
    expect(state.asked).toBe(2);
    state.nowMs = 1_000;
    expect([...workers.away]).toEqual([2]);
    await Promise.resolve();
    await expect.poll(() => [...workers.away]).toEqual([]);
    expect(state.asked).toBe(3);
  });

  it('do not exist on one server', async () => {
    const { state, workers } = cluster(false);
    expect(await workers.placesOf(['a'])).toBe(null);
    expect(await workers.blames(lost)).toBe(false);
    expect(state.asked).toBe(0);
  });
});
