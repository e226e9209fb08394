import { type ComparedGroup, compared, type LaneComparison, PACE_SHARES } from './comparison.ts';
import { GROUPS, type Group, type GroupKeys, PARENTS } from './groups.ts';
import { clockAt, type Hazards, type SurvivalClock, SurvivalTable } from './survival-table.ts';

/** ln((days + 1) / (usual days + 1)): 0 when the lane's usual time has passed. */
export const PACE_CLOCK: SurvivalClock = { bins: 48, first: -3, binWidth: 0.125, halfLifeDays: 8 };
/** Weight of the parent's hazards in each bin, in parcels. */
const PARENT_WEIGHT = 7.5;

/** The prior of a bin without data: little before the usual time, a lot after it. */
const USUAL_HAZARDS: Hazards = Float64Array.from({ length: PACE_CLOCK.bins }, (_, bin) => {
  const reading = PACE_CLOCK.first + bin * PACE_CLOCK.binWidth;
  return 0.005 + 0.15 / (1 + Math.exp(-3 * (reading - 0.3)));
});

export interface Lived {
  readonly day: number;
  readonly from: number;
  readonly to: number;
  readonly isDelivered: boolean;
  /** The parcel's weight in groups that contain many lanes. */
  readonly weight: number;
}

const WIDE: ReadonlySet<Group> = new Set(['all', 'origin', 'destination']);

/** The current pace of every group: a life table each. */
export class Paces {
  readonly #tables: ReadonlyMap<Group, Map<string, SurvivalTable>>;

  constructor(tables?: ReadonlyMap<Group, Map<string, SurvivalTable>>) {
    this.#tables = tables ?? new Map(GROUPS.map((group) => [group, new Map()]));
  }

  /** Records up to a day in which a parcel was under way: its clock went from `from` to `to`. */
  live(keys: GroupKeys, { day, from, to, isDelivered, weight }: Lived): void {
    for (const group of GROUPS) {
      const counts = WIDE.has(group) ? weight : 1;
      const table = this.#table(group, keys[group], day);
      table.fadeTo(day);
      table.expose(from, to, counts);
      if (isDelivered) table.deliver(to, counts);
    }
  }

  /**
   * The current pace of a parcel's groups. `level` is the clock reading at which half of the
   * comparable parcels arrive.
   */
  of(keys: GroupKeys, day: number): Pick<LaneComparison, 'level' | 'pace'> {
    const hazards = new Map<Group, Hazards>();
    for (const group of GROUPS) {
      const parent = group === 'all' ? USUAL_HAZARDS : hazards.get(PARENTS[group]);
      const table = this.#tables.get(group)?.get(keys[group]);
      const believed = parent ?? USUAL_HAZARDS;
      hazards.set(group, table?.hazards(believed, PARENT_WEIGHT, day) ?? believed);
    }
    const clocks = (group: Group): readonly number[] =>
      PACE_SHARES.map((share) => clockAt(PACE_CLOCK, hazards.get(group) ?? USUAL_HAZARDS, share));
    const all = clocks('all');
    const against = (group: ComparedGroup) =>
      clocks(group).map((clock, index) => clock - (all[index] ?? 0));
    const level = clockAt(PACE_CLOCK, hazards.get('zone') ?? USUAL_HAZARDS, 0.5);
    return { level, pace: compared(against) };
  }

  entries(): [Group, [string, SurvivalTable][]][] {
    return [...this.#tables].map(([group, tables]) => [group, [...tables]]);
  }

  #table(group: Group, key: string, day: number): SurvivalTable {
    const tables = this.#tables.get(group);
    const known = tables?.get(key);
    if (known !== undefined) return known;
    const table = new SurvivalTable(PACE_CLOCK, day);
    tables?.set(key, table);
    return table;
  }
}
