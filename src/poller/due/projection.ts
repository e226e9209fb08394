import type { Event } from '../../events/event.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { withTransaction } from '../../platform/database/database.ts';
import { erasuresOf } from '../../platform/event-log/erasures.sql.ts';
import { saveBridgeUpdate } from '../accounts/state.sql.ts';
import { dropErased } from '../bridges/registrations.sql.ts';
import { type AdapterOf, consumeDeliveries } from '../proofs/fetch-proofs.ts';
import { planTarget, pollableAt } from './plan-target.ts';
import type { Plans } from './plans.ts';
import type { Plan } from './schedule.ts';
import { groupText, keyText, type PollTarget, type TargetGroup } from './target.ts';
import { dropTargets, saveTargets, targetsForUpdate } from './targets.sql.ts';
import {
  forDirectTarget,
  ofErasure,
  ofShipment,
  type ShipmentEntry,
  throughBridge,
  type Unplanned,
  updatesOfBridges,
  withEntry,
} from './updates.ts';

export interface ProjectionDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  /** The group's current plan; the provider caches it for a while. */
  readonly planOf: (group: TargetGroup) => Promise<Plan>;
  /** Who polls; absent: nobody does through a bridge. */
  readonly plans?: Pick<Plans, 'accountOf' | 'bridgesOf'>;
  /** Finds adapters, to know which carriers give proofs of delivery; absent: none do. */
  readonly adapterOf?: AdapterOf;
  /** Called for each group in which a number became due earlier than expected. */
  readonly onDue?: (group: TargetGroup, dueAtMs: number) => void;
}

/**
 * Applies a batch of the log to the due index: one read and one write, whatever the batch contains.
 * Idempotent: an entry that was already applied changes nothing.
 */
export async function project(deps: ProjectionDeps, events: readonly Event[]): Promise<void> {
  const erasedIds = events
    .filter(({ about }) => about === 'erased')
    .map(({ subjectId }) => subjectId);
  const erased = await erasuresOf(deps.db.pipeline, erasedIds);
  const found = events.flatMap((event) => ofShipment(event) ?? ofErasure(event, erased) ?? []);
  if (found.length === 0) return;
  const entries = (await Promise.all(found.map((entry) => forEachTarget(deps, entry)))).flat();
  const keys = new Map(entries.map((each) => [keyText(each), each]));
  const plans = await plansByGroup(deps, [...keys.values()]);
  const changed = await withTransaction(deps.db.pipeline, async (tx) => {
    const before = await targetsForUpdate(tx, [...keys.values()]);
    const nowMs = deps.clock.nowMs();
    const targets = applyEntries(before, entries, plans, nowMs);
    const [erased, remaining] = splitErased(targets);
    await saveTargets(tx, remaining);
    const { adapterOf } = deps;
    if (adapterOf !== undefined) {
      await consumeDeliveries(tx, before, targets, { adapterOf, nowMs });
    }
    await dropTargets(tx, erased);
    if (erased.length > 0) await dropErased(tx, erased);
    return remaining;
  });
  // Outside the transaction, because others lock the account's state before its targets.
  for (const { group, atMs } of updatesOfBridges(found)) {
    await saveBridgeUpdate(deps.db.pipeline, group, atMs);
  }
  if (deps.onDue !== undefined) announceEarliest(changed, deps.onDue);
}

/**
 * Returns the entry for the parcel's own target, and for those that bridges may have. New parcels
 * wake the bridges' accounts, whose rules decide about them.
 */
async function forEachTarget(
  { plans, clock, onDue }: ProjectionDeps,
  entry: ShipmentEntry,
): Promise<readonly ShipmentEntry[]> {
  if (plans === undefined) return [entry];
  const isDoubtful = entry.data?.via != null && (await plans.accountOf(entry)) !== null;
  const own = isDoubtful ? forDirectTarget(entry) : entry;
  const bridged = (await plans.bridgesOf(entry)).map((bridge) => throughBridge(entry, bridge));
  if (entry.event.type === 'shipment.created') {
    for (const group of bridged) onDue?.(group, clock.nowMs());
  }
  return [own, ...bridged];
}

/** Reads the plan of each group once; the key is `groupText`. */
async function plansByGroup(
  { planOf }: ProjectionDeps,
  groups: readonly TargetGroup[],
): Promise<ReadonlyMap<string, Plan>> {
  const plans = new Map<string, Plan>();
  for (const group of groups) {
    const name = groupText(group);
    if (!plans.has(name)) plans.set(name, await planOf(group));
  }
  return plans;
}

/**
 * Splits targets into those of deleted shipments, of which not even the number is retained, and the
 * rest.
 */
function splitErased(targets: readonly PollTarget[]): readonly [PollTarget[], PollTarget[]] {
  const isErased = ({ endReason }: PollTarget) => endReason === 'deleted';
  return [targets.filter(isErased), targets.filter((target) => !isErased(target))];
}

/** Returns those targets that the entries changed, as they are afterwards. */
function applyEntries(
  before: readonly PollTarget[],
  entries: readonly ShipmentEntry[],
  plans: ReadonlyMap<string, Plan>,
  nowMs: number,
): PollTarget[] {
  const rows = new Map(before.map((target) => [keyText(target), target]));
  const changed = new Map<string, Unplanned>();
  for (const each of entries) {
    const key = keyText(each);
    const isOther = rows.get(key)?.parcelCarrier !== each.parcelCarrier;
    if (each.parcelCarrier !== null && isOther) continue;
    const after = withEntry(changed.get(key) ?? rows.get(key) ?? null, each);
    if (after !== null) changed.set(key, after);
  }
  return [...changed].flatMap(([key, target]) => {
    const plan = plans.get(groupText(target));
    // A number that is registered again after its erasure must not reuse its former poller's lease
    // token.
    const leaseToken = rows.get(key)?.leaseToken ?? String(nowMs);
    if (plan === undefined) return [];
    const planned = planTarget({ ...target, leaseToken }, nowMs, plan);
    return [isGivenUp(planned, target) ? withAnotherPoll(planned, nowMs, plan) : planned];
  });
}

/** Whether planning has just ended the polling of this number. */
function isGivenUp(planned: PollTarget, before: Unplanned): boolean {
  return planned.endReason === 'expired' && before.endReason === null;
}

/**
 * Schedules one last poll of a number that is given up, because only a run reports this to
 * tracking.
 */
function withAnotherPoll(target: PollTarget, nowMs: number, plan: Plan): PollTarget {
  return {
    ...target,
    dueAtMs: Math.max(nowMs, pollableAt(target, plan)),
    value: plan.spend.price,
    reason: 'first_contact',
    why: 'It has been polled long enough; this is the last poll.',
    endedAtMs: null,
    endReason: null,
  };
}

/** Calls `onDue` once for each group, with the earliest time at which one of its targets is due. */
function announceEarliest(
  targets: readonly PollTarget[],
  onDue: (g: TargetGroup, at: number) => void,
) {
  const earliest = new Map<string, PollTarget>();
  for (const target of targets) {
    if (target.endedAtMs !== null) continue;
    const name = groupText(target);
    if (target.dueAtMs < (earliest.get(name)?.dueAtMs ?? Number.POSITIVE_INFINITY)) {
      earliest.set(name, target);
    }
  }
  for (const target of earliest.values()) onDue(target, target.dueAtMs);
}
