import { expect, it } from 'vitest';
import type { Addressed } from './shard-batches.ts';
import { groupByWorker, groupReports } from './worker-groups.ts';

const report = (shard: number, trackingNumber: string) =>
  ({ shard, carrier: 'acme', trackingNumber, inboundMessageId: trackingNumber }) as Addressed;
const byShard = new Map([
  [4, [report(4, 'A'), report(4, 'B'), report(4, 'C')]],
  [9, [report(9, 'D'), report(9, 'E')]],
]);
const shown = (groups: ReturnType<typeof groupByWorker>) =>
  groups.map(({ workers, reports }) => [
    workers.join(),
    reports.map(({ trackingNumber }) => trackingNumber).join(''),
  ]);

it.each([
  ['on one server only by shard', {}, [['', 'ABCDE']]],
  [
    'by worker',
    { A: [1], B: [2], C: [1], D: [2], E: [2] },
    [
      ['1', 'AC'],
      ['2', 'BDE'],
    ],
  ],
  [
    'apart if a number has parcels on several workers, or none',
    { A: [2, 1, 2], B: [2], D: [1, 2], E: [1] },
    [
      ['1,2', 'AD'],
      ['2', 'B'],
      ['', 'C'],
      ['1', 'E'],
    ],
  ],
])('reports are recorded %s', (_, workers: Readonly<Record<string, number[]>>, expected) => {
  const groups = groupByWorker(byShard, ({ trackingNumber }) => workers[trackingNumber] ?? []);
  expect(shown(groups)).toEqual(expected);
});

it('one server is asked for nothing', async () => {
  const db = { query: () => Promise.reject(new Error('no statement')) };
  const workers = { placesOf: async () => null };
  expect(shown(await groupReports({ db, workers }, byShard))).toEqual([['', 'ABCDE']]);
});
