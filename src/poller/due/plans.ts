import { LRUCache } from 'lru-cache';
import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import type { Accounts, Inbox } from '../../intake/index.ts';
import { entriesMax } from '../../kernel/entries-max.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Database, withTransaction } from '../../platform/database/database.ts';
import { type AccountInCharge, accountsInCharge } from '../accounts/in-charge.ts';
import { readState } from '../accounts/state.sql.ts';
import type { Purpose } from '../budget/debit.ts';
import { debitCall } from '../budget/debit-call.ts';
import { limitsOf } from '../budget/limits.ts';
import { type Policies, planOf } from '../budget/spend-plan.ts';
import { stalledAfterMs } from '../policy/policy.ts';
import { type Note, noteMessage } from '../run/settle.ts';
import { planTarget } from './plan-target.ts';
import type { Plan } from './schedule.ts';
import {
  groupText,
  type PollTarget,
  type TargetGroup,
  timerOf,
  toParcelView,
  waitingSinceMs,
} from './target.ts';
import { lockExpiredTimers, saveTargets } from './targets.sql.ts';

export interface PlansDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly accounts: Pick<Accounts, 'pollable'>;
  readonly adapterOf: (carrier: string) => Pick<CarrierAdapter, 'manifest'> | undefined;
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
  /** The bridges with which the tenant has accounts that poll. */
  bridgesOf(tenant: Tenant): Promise<readonly string[]>;
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
const CACHED_MS = 10_000;
const CACHED_MAX = 50_000;

/**
 * Creates the cache of plans and of the accounts in charge. Both are read again after a moment, and
 * at once after a failure or when accounts have changed.
 */
export function createPlans(deps: PlansDeps): Plans {
  const none = { byGroup: new Map(), bridges: new Map() };
  let inCharge: { readonly untilMs: number; readonly choices: Promise<Choices> } = {
    untilMs: Number.NEGATIVE_INFINITY,
    choices: Promise.resolve(none),
  };
  const plans = new LRUCache<string, { readonly untilMs: number; readonly plan: Promise<Plan> }>({
    ...entriesMax(CACHED_MAX),
  });

  function choicesNow(): Promise<Choices> {
    const nowMs = deps.clock.nowMs();
    if (inCharge.untilMs <= nowMs) {
      const choices = readChoices(deps);
      inCharge = { untilMs: nowMs + CACHED_MS, choices };
      choices.catch(() => {
        inCharge = { untilMs: Number.NEGATIVE_INFINITY, choices };
      });
    }
    return inCharge.choices;
  }

  const inChargeOf = async (group: TargetGroup) =>
    (await choicesNow()).byGroup.get(groupText(group)) ?? null;
  const accountOf = async (group: TargetGroup) => (await inChargeOf(group))?.id ?? null;

  async function load(group: TargetGroup): Promise<Plan> {
    const accountId = await accountOf(group);
    const state = accountId === null ? null : await readState(deps.db.pipeline, accountId);
    return planOf(state, deps.policies(), deps.adapterOf(group.carrier)?.manifest.limits);
  }

  return {
    accountOf,
    inChargeOf,
    bridgesOf: async (tenant) => (await choicesNow()).bridges.get(tenantText(tenant)) ?? [],
    accountsChanged() {
      inCharge = { ...inCharge, untilMs: Number.NEGATIVE_INFINITY };
      plans.clear();
    },
    async planOf(group) {
      const nowMs = deps.clock.nowMs();
      const name = groupText(group);
      const known = plans.get(name);
      if (known !== undefined && known.untilMs > nowMs) return known.plan;
      const plan = load(group);
      plans.set(name, { untilMs: nowMs + CACHED_MS, plan });
      plan.catch(() => plans.delete(name));
      return plan;
    },
  };
}

interface Choices {
  readonly byGroup: ReadonlyMap<string, AccountInCharge>;
  /** By tenant. */
  readonly bridges: ReadonlyMap<string, readonly string[]>;
}

async function readChoices({ accounts, adapterOf }: PlansDeps): Promise<Choices> {
  const byGroup = await accountsInCharge(accounts);
  const bridges = new Map<string, string[]>();
  for (const account of byGroup.values()) {
    if (adapterOf(account.carrier)?.manifest.role !== 'bridge') continue;
    const tenant = tenantText(account);
    bridges.set(tenant, [...(bridges.get(tenant) ?? []), account.carrier]);
  }
  return { byGroup, bridges };
}

function tenantText({ merchantId, mode }: Tenant): string {
  return `${merchantId} ${mode}`;
}

export interface TimerDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly inbox: Pick<Inbox, 'storeWithin' | 'announce'>;
  readonly planOf: (group: TargetGroup) => Promise<Plan>;
}

/** The number of timers handled in one transaction. */
const BATCH = 200;

/**
 * Reports expired timers to tracking: parcels without updates, ends that nobody confirms, and
 * numbers that are given up. It makes no call, so it works for merchants without an account too.
 * Returns how many were checked; a full batch means that there may be more.
 */
export async function runTimers(deps: TimerDeps): Promise<number> {
  const nowMs = deps.clock.nowMs();
  const { checkedCount, noteCount } = await withTransaction(deps.db.pipeline, async (tx) => {
    const rows = await lockExpiredTimers(tx, nowMs, BATCH);
    const settled = await Promise.all(
      rows.map(async (row) => ({ row, ...applyTimer(row, nowMs, await deps.planOf(row)) })),
    );
    const inboundMessages = settled.flatMap(({ row, note }) =>
      note === null ? [] : [noteMessage(row, note)],
    );
    await deps.inbox.storeWithin(tx, inboundMessages);
    await saveTargets(
      tx,
      settled.map(({ target }) => target),
    );
    return { checkedCount: rows.length, noteCount: inboundMessages.length };
  });
  if (noteCount > 0) deps.inbox.announce();
  return checkedCount;
}

/**
 * Returns the target after its timer, and the note for tracking, or null if the timer moved on
 * meanwhile. Pure.
 */
function applyTimer(
  row: PollTarget,
  nowMs: number,
  plan: Plan,
): { readonly target: PollTarget; readonly note: Note | null } {
  const timer = timerOf(row, stalledAfterMs(toParcelView(row), plan.tables));
  if (timer === null || timer.atMs > nowMs) {
    return { target: { ...row, timerAtMs: timer?.atMs ?? null }, note: null };
  }
  const note: Note = { note: timer.note, atMs: nowMs };
  const reported: PollTarget = { ...row, reportedSequence: row.sequence };
  if (timer.note === 'expired') {
    return { target: planTarget({ ...reported, endReason: 'expired' }, nowMs, plan), note };
  }
  const next = timerOf(reported, stalledAfterMs(toParcelView(reported), plan.tables));
  return { target: { ...reported, timerAtMs: next?.atMs ?? null }, note };
}

interface NextTurnDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly accounts: Pick<Accounts, 'forPolling'>;
  readonly adapterOf: (carrier: string) => CarrierAdapter | undefined;
}

/**
 * When the account's budget allows the call that a due number waits for; null if nothing holds it
 * back, or it is not due yet. Numbers of greater value may still come first. Books nothing.
 */
export async function nextTurnAtMs(
  deps: NextTurnDeps,
  accountId: string,
  target: PollTarget,
  ceilingS: number,
): Promise<number | null> {
  const nowMs = deps.clock.nowMs();
  if (target.dueAtMs > nowMs) return null;
  const account = await deps.accounts.forPolling(accountId);
  const adapter = deps.adapterOf(target.carrier);
  if (account === null || adapter === undefined) return null;
  const limits = limitsOf(adapter.manifest.limits, account.caps, account.environment);
  const purpose = purposeOf(target, nowMs, ceilingS);
  const answer = await debitCall(deps, accountId, limits, purpose, { dry: true });
  if (answer.ok || (answer.reason !== 'plan' && answer.reason !== 'window')) return null;
  return Math.max(nowMs, answer.retryAtMs);
}

function purposeOf(target: PollTarget, nowMs: number, ceilingS: number): Purpose {
  if (target.refreshRequestedAtMs !== null) return 'refresh';
  return nowMs - waitingSinceMs(target) >= ceilingS * 1_000 ? 'owed' : 'planned';
}
