import { LRUCache } from 'lru-cache';
import type { Accounts } from '../../intake/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { type AccountInCharge, accountsInCharge } from '../accounts/in-charge.ts';
import { readState } from '../accounts/state.sql.ts';
import { type Policies, planOf } from '../budget/spend-plan.ts';
import type { Plan } from './schedule.ts';
import { groupText, type TargetGroup } from './target.ts';

export interface PlansDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly accounts: Pick<Accounts, 'pollable'>;
  readonly policies: () => Policies;
}

/** The plan of each group, cached for a moment. */
export interface Plans {
  planOf(group: TargetGroup): Promise<Plan>;
  /** The account that polls the group; null if there is none. */
  accountOf(group: TargetGroup): Promise<string | null>;
  /**
   * The account that polls the group, with the explanation of the choice; null if there is none.
   */
  inChargeOf(group: TargetGroup): Promise<AccountInCharge | null>;
  /**
   * Drops the cached choices after an account was added or removed. Other processes notice within
   * ten seconds; this one serves the caller that made the change.
   */
  accountsChanged(): void;
}

/**
 * How long plans are cached. Prices change every ten minutes and accounts less often, so this is
 * safe.
 */
const REMEMBERED_MS = 10_000;
const REMEMBERED_MAX = 50_000;

export function createPlans(deps: PlansDeps): Plans {
  let inCharge: {
    readonly untilMs: number;
    readonly map: Promise<ReadonlyMap<string, AccountInCharge>>;
  };
  inCharge = { untilMs: Number.NEGATIVE_INFINITY, map: Promise.resolve(new Map()) };
  const plans = new LRUCache<string, { readonly untilMs: number; readonly plan: Promise<Plan> }>({
    max: REMEMBERED_MAX,
  });

  async function inChargeOf(group: TargetGroup): Promise<AccountInCharge | null> {
    const nowMs = deps.clock.nowMs();
    if (inCharge.untilMs <= nowMs) {
      const map = accountsInCharge(deps.accounts);
      inCharge = { untilMs: nowMs + REMEMBERED_MS, map };
      map.catch(() => {
        inCharge = { untilMs: Number.NEGATIVE_INFINITY, map };
      });
    }
    return (await inCharge.map).get(groupText(group)) ?? null;
  }

  const accountOf = async (group: TargetGroup) => (await inChargeOf(group))?.id ?? null;

  async function load(group: TargetGroup): Promise<Plan> {
    const accountId = await accountOf(group);
    const state = accountId === null ? null : await readState(deps.db.pipeline, accountId);
    return planOf(state, deps.policies());
  }

  return {
    accountOf,
    inChargeOf,
    accountsChanged() {
      inCharge = { untilMs: Number.NEGATIVE_INFINITY, map: inCharge.map };
      plans.clear();
    },
    async planOf(group) {
      const nowMs = deps.clock.nowMs();
      const name = groupText(group);
      const known = plans.get(name);
      if (known !== undefined && known.untilMs > nowMs) return known.plan;
      const plan = load(group);
      plans.set(name, { untilMs: nowMs + REMEMBERED_MS, plan });
      plan.catch(() => plans.delete(name));
      return plan;
    },
  };
}
