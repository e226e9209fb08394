import { type ComparedGroup, compared, type LaneComparison, RESIDUAL_DAYS } from './comparison.ts';
import { DaySums, fairWeight, GROUPS, type Group, type GroupKeys } from './groups.ts';

/** Residuals beyond e^±1.2 are clipped: a parcel found in a cellar says nothing about its lane. */
const RESIDUAL_MAX = 1.2;
/** Weight of the assumption that a group is like all parcels, in its mean. In deliveries. */
const ALL_WEIGHT = 12;
/**
 * Weight of the assumption that all parcels arrive as expected, in the mean of all. In deliveries.
 */
const EXPECTED_WEIGHT = 1;

interface GroupRecent {
  readonly sums: DaySums;
  underWay: number;
}

/** Recent deliveries compared with what was expected, and parcels under way. */
export class Recent {
  readonly #groups: ReadonlyMap<Group, Map<string, GroupRecent>>;

  constructor(groups?: ReadonlyMap<Group, Map<string, GroupRecent>>) {
    this.#groups = groups ?? new Map(GROUPS.map((group) => [group, new Map()]));
  }

  accept(keys: GroupKeys): void {
    for (const group of GROUPS) this.#at(group, keys[group]).underWay += 1;
  }

  deliver(keys: GroupKeys, day: number, residual: number): void {
    const bounded = Math.min(Math.max(residual, -RESIDUAL_MAX), RESIDUAL_MAX);
    const weight = fairWeight(this.#lastWeek('lane', keys, day), this.#lastWeek('all', keys, day));
    for (const group of GROUPS) {
      const counts = group === 'all' ? weight : 1;
      this.#at(group, keys[group]).sums.add(day, bounded * counts, counts);
    }
    this.giveUp(keys);
  }

  /** Records that a parcel is no longer under way: it was delivered, or given up. */
  giveUp(keys: GroupKeys): void {
    for (const group of GROUPS) this.#at(group, keys[group]).underWay -= 1;
  }

  of(keys: GroupKeys, day: number): Pick<LaneComparison, 'residuals' | 'underWay' | 'deliveries'> {
    const windows = new Map(GROUPS.map((group) => [group, this.#over(group, keys[group], day)]));
    const all = (windows.get('all')?.windows ?? []).map(
      ({ sum, count }) => sum / (count + EXPECTED_WEIGHT),
    );
    const share = (group: Group) => {
      const { underWay = 0, month = 0 } = windows.get(group) ?? {};
      return underWay / (month + underWay + 1);
    };
    const residuals = (group: ComparedGroup) =>
      (windows.get(group)?.windows ?? []).map(
        ({ sum, count }, index) => (sum - count * (all[index] ?? 0)) / (count + ALL_WEIGHT),
      );
    return {
      residuals: compared(residuals),
      underWay: compared((group) => share(group) - share('all')),
      deliveries: compared((group) => windows.get(group)?.month ?? 0),
    };
  }

  entries(): [Group, [string, GroupRecent][]][] {
    return [...this.#groups].map(([group, groups]) => [group, [...groups]]);
  }

  #lastWeek(group: Group, keys: GroupKeys, day: number): number {
    return this.#at(group, keys[group]).sums.over(day, [7])[0]?.count ?? 0;
  }

  #over(group: Group, key: string, day: number) {
    const recent = this.#groups.get(group)?.get(key);
    const windows = recent?.sums.over(day, RESIDUAL_DAYS) ?? NOTHING;
    const month = windows[RESIDUAL_DAYS.indexOf(30)]?.count ?? 0;
    return { windows, month, underWay: recent?.underWay ?? 0 };
  }

  #at(group: Group, key: string): GroupRecent {
    const groups = this.#groups.get(group);
    const known = groups?.get(key);
    if (known !== undefined) return known;
    const recent = { sums: new DaySums(), underWay: 0 };
    groups?.set(key, recent);
    return recent;
  }
}

const NOTHING = RESIDUAL_DAYS.map(() => ({ sum: 0, count: 0 }));
