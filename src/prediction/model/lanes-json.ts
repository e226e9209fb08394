import { z } from 'zod';
import { DaySums } from '../lanes/day-sums.ts';
import { GROUPS } from '../lanes/groups.ts';
import { type LaneState, LaneStatistics } from '../lanes/lane-statistics.ts';
import { LOG_BINS, LogHistogram } from '../lanes/log-histogram.ts';
import { PACE_CLOCK, Paces } from '../lanes/paces.ts';
import { Recent } from '../lanes/recent.ts';
import { SurvivalTable } from '../lanes/survival-table.ts';
import { UsualTimes } from '../lanes/usual-times.ts';
import { amount, LIMITS, rounded, sparse, sparseCells, tuples, whole } from './numbers-json.ts';

const group = z.enum(GROUPS);
const bin = { least: 0, most: LOG_BINS - 1, isWhole: true } as const;

/** Lane statistics as stored in a model. Pairs, not objects: a key may be any text. */
export const lanesJson = z.strictObject({
  day: whole.nullable(),
  usual: z.array(z.tuple([z.string(), tuples(bin, LIMITS.amount)])),
  paces: z.array(
    z.tuple([group, z.array(z.tuple([z.string(), whole, sparseCells(2 * PACE_CLOCK.bins)]))]),
  ),
  recent: z.array(
    z.tuple([
      group,
      z.array(z.tuple([z.string(), amount, tuples(LIMITS.whole, LIMITS.finite, LIMITS.amount)])),
    ]),
  ),
});

export function lanesToJson({ day, usual, paces, recent }: LaneState): z.input<typeof lanesJson> {
  return {
    day,
    usual: usual.entries().map(([key, histogram]) => [key, histogram.entries()]),
    paces: paces
      .entries()
      .map(([name, tables]) => [
        name,
        tables
          .map(([key, table]): [string, number, [number, number][]] => [
            key,
            table.day,
            sparse(table.cells),
          ])
          .filter(([, , cells]) => cells.length > 0),
      ]),
    recent: recent
      .entries()
      .map(([name, groups]) => [
        name,
        groups.map(([key, { underWay, sums }]) => [
          key,
          underWay,
          sums.entries().map(([on, sum, count]) => [on, rounded(sum), count]),
        ]),
      ]),
  };
}

export function lanesFromJson(json: z.output<typeof lanesJson>): LaneStatistics {
  const usual = new Map(json.usual.map(([key, bins]) => [key, LogHistogram.from(bins)]));
  const paces = new Map(GROUPS.map((name) => [name, new Map<string, SurvivalTable>()]));
  for (const [name, tables] of json.paces) {
    for (const [key, day, cells] of tables) {
      paces.get(name)?.set(key, new SurvivalTable(PACE_CLOCK, day, cells));
    }
  }
  const recent = new Map(
    GROUPS.map((name) => [name, new Map<string, { sums: DaySums; underWay: number }>()]),
  );
  for (const [name, groups] of json.recent) {
    for (const [key, underWay, days] of groups) {
      const sums = new DaySums();
      for (const [day, sum, count] of days) sums.add(day, sum, count);
      recent.get(name)?.set(key, { sums, underWay });
    }
  }
  return new LaneStatistics({
    day: json.day,
    usual: new UsualTimes(usual),
    paces: new Paces(paces),
    recent: new Recent(recent),
  });
}
