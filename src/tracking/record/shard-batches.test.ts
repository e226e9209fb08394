import { expect, it } from 'vitest';
import { type Addressed, groupShards } from './shard-batches.ts';

const reports = (shard: number, count: number) =>
  Array.from(
    { length: count },
    (_, index) => ({ shard, inboundMessageId: `${shard}-${index}` }) as Addressed,
  );

it('combines shards with few reports, in their order, and leaves one with many by itself', () => {
  const byShard = new Map([3, 240, 1, 7, 2].map((shard) => [shard, reports(shard, shard)]));
  byShard.set(9, reports(9, 400));
  const pieces = groupShards(byShard);
  expect(pieces.map((piece) => [...new Set(piece.map(({ shard }) => shard))])).toEqual([
    [1, 2, 3, 7],
    [9],
    [240],
  ]);
  expect(pieces.flat().map(({ inboundMessageId }) => inboundMessageId)).toEqual(
    [...byShard]
      .sort(([a], [b]) => a - b)
      .flatMap(([, all]) => all.map((each) => each.inboundMessageId)),
  );
  expect(groupShards(new Map())).toEqual([]);
});
