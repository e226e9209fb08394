import type { BridgeDesk, BridgedParcel, RegisterOutcome } from '../../adapters/contract/bridge.ts';
import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import type { CarrierSession } from '../../adapters/contract/pull.ts';
import type { PollingAccount } from '../../intake/index.ts';
import type { Clock } from '../../platform/clock.ts';
import {
  type Database,
  type Transaction,
  withTransaction,
} from '../../platform/database/database.ts';
import { readState } from '../accounts/state.sql.ts';
import { planTarget } from '../due/plan-target.ts';
import type { Plans } from '../due/plans.ts';
import { NEVER_PULLED, type PollTarget, type TargetKey } from '../due/target.ts';
import { saveTargets, targetsForUpdate } from '../due/targets.sql.ts';
import { type Share, shareOf } from './bridge-accounts.ts';
import { type BridgeParts, bridgedParcel, destinationsFor } from './bridge-parcels.ts';
import {
  type Answered,
  afterRegistering,
  afterStopping,
  monthOf,
  pauseAfter,
  QUOTA_EVERY_MS,
  registrationsLeft,
} from './registration.ts';
import {
  type BridgeAccount,
  countRegistrations,
  dropGone,
  dropUnneededTargets,
  insertRegistrations,
  lockQuota,
  missingTargets,
  parcelText,
  type Registration,
  readQuota,
  saveAnswers,
  savePause,
  saveQuota,
  takeEnded,
  takeUnknown,
  tenantAccounts,
  wantedParcels,
} from './registrations.sql.ts';

export interface RegistrationDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly adapterOf: (carrier: string) => CarrierAdapter | undefined;
  readonly plans: Pick<Plans, 'planOf'>;
  readonly bridges: BridgeParts;
}

/** The most calls of each kind in one run; polls have to wait for them. */
const CALLS_MAX = 4;
/** Targets that are made at once: their rows are locked meanwhile. */
const TARGETS_MAX = 500;

/**
 * Registers the parcels that an account's rule allows, stops the tracking of those that have ended,
 * and lets the poller poll the others. Returns whether parcels became due.
 */
export async function keepRegistrations(
  deps: RegistrationDeps,
  account: PollingAccount,
  desk: BridgeDesk,
  session: CarrierSession,
): Promise<boolean> {
  const { pipeline } = deps.db;
  const nowMs = deps.clock.nowMs();
  const accounts = await tenantAccounts(pipeline, account);
  const share = shareOf(account.id, accounts, deps.adapterOf, deps.bridges.knownTo, nowMs);
  const trouble = (await readState(pipeline, account.id))?.trouble ?? null;
  if (trouble === null || trouble.untilMs <= nowMs) {
    await stopEnded(deps, account, desk, session);
    if (share !== null) {
      await askQuota(deps, account, desk, session);
      await registerWanted(deps, account, share, { desk, session });
    }
  }
  await dropGone(pipeline, account.id);
  await dropUnneededTargets(pipeline, account.id, share?.rivals ?? []);
  return addTargets(deps, account, share?.rivals ?? []);
}

async function stopEnded(
  { db: { pipeline }, clock, bridges }: RegistrationDeps,
  account: PollingAccount,
  desk: BridgeDesk,
  session: CarrierSession,
): Promise<void> {
  for (let calls = 0; calls < CALLS_MAX; calls += 1) {
    const ended = await takeEnded(pipeline, account.id, clock.nowMs(), desk.parcelsPerCall);
    if (ended.length === 0) return;
    const parcels = ended.map((each) => bridgedParcel(bridges, account.carrier, each, null));
    const outcomes = (await desk.stop?.(parcels, session)) ?? [];
    const nowMs = clock.nowMs();
    const answers = ended.map((row) => {
      const { trackingNumber } = row;
      const outcome = outcomes.find((each) => each.trackingNumber === trackingNumber) ?? {
        outcome: desk.stop === undefined ? ('stopped' as const) : ('error' as const),
        trackingNumber,
        reason: NO_ANSWER,
      };
      return { ...row, ...afterStopping(outcome, row.stopTries, nowMs) };
    });
    const over = answers.filter(({ state }) => state === 'stopped');
    await withTransaction(pipeline, async (tx) => {
      await saveAnswers(tx, account.id, answers, nowMs);
      await bridges.knownParcels.stopped(tx, account, over, nowMs);
    });
  }
}

const NO_ANSWER = 'the service did not answer about it';

/** Asks the service for its quota, at most hourly. */
async function askQuota(
  { db: { pipeline }, clock }: RegistrationDeps,
  account: BridgeAccount,
  desk: BridgeDesk,
  session: CarrierSession,
): Promise<void> {
  if (desk.quota === undefined) return;
  const nowMs = clock.nowMs();
  const before = await withTransaction(pipeline, (tx) => lockQuota(tx, account, monthOf(nowMs)));
  if (before.quotaAtMs !== null && nowMs - before.quotaAtMs < QUOTA_EVERY_MS) return;
  const answer = await desk.quota(session);
  const said = answer.outcome === 'quota' ? answer : null;
  await saveQuota(pipeline, account.id, said, { before, nowMs });
}

interface Calling {
  readonly desk: BridgeDesk;
  readonly session: CarrierSession;
}

async function registerWanted(
  deps: RegistrationDeps,
  account: PollingAccount,
  share: Share,
  { desk, session }: Calling,
): Promise<void> {
  for (let calls = 0; calls < CALLS_MAX; calls += 1) {
    const month = monthOf(deps.clock.nowMs());
    const batch = await takeParcels(deps, account, share, desk.parcelsPerCall);
    if (batch === 'done') return;
    if (batch.length === 0) continue;
    const outcomes = await desk.register(
      batch.map(({ parcel }) => parcel),
      session,
    );
    const isGoingOn = await storeOutcomes(deps, account, { batch, month }, outcomes);
    if (!isGoingOn) return;
  }
}

type BatchedParcel = Registration & { readonly parcel: BridgedParcel };

/**
 * Writes the registrations of the next call, and counts them. Returns them, fewer if the rule's
 * countries exclude some; `done`: no parcel is left, or no registration.
 */
async function takeParcels(
  deps: RegistrationDeps,
  account: PollingAccount,
  share: Share,
  parcelsPerCall: number,
): Promise<readonly BatchedParcel[] | 'done'> {
  const { bridges } = deps;
  const { pipeline } = deps.db;
  const nowMs = deps.clock.nowMs();
  const left = registrationsLeft(await readQuota(pipeline, account.id), share.monthlyCap, nowMs);
  if (left === 0) return 'done';
  const { carriers, countries } = share;
  const most = Math.min(parcelsPerCall, left);
  const unknown = await takeUnknown(pipeline, account.id, carriers, nowMs, most);
  const wanted = await wantedParcels(pipeline, account, share, parcelsPerCall);
  const places = await destinationsFor(bridges, [...wanted, ...unknown], countries !== null);
  const isAllowed = ({ shipmentId }: Pick<Registration, 'shipmentId'>) =>
    countries?.includes(places.get(shipmentId)?.country ?? '') ?? true;
  const batch = await withTransaction(pipeline, async (tx) => {
    const quota = await lockQuota(tx, account, monthOf(nowMs));
    const allowedNow = Math.min(parcelsPerCall, registrationsLeft(quota, share.monthlyCap, nowMs));
    const again = unknown.filter(isAllowed).slice(0, allowedNow);
    const allowed = wanted.filter(isAllowed).slice(0, allowedNow - again.length);
    const fresh = await insertFresh(deps, tx, account, allowed);
    const excluded = wanted.filter((each) => !isAllowed(each));
    await insertRegistrations(tx, account, excluded, { state: 'excluded', nowMs });
    // The rule has changed since their call, whose outcome stays unknown.
    const givenUp = unknown.filter((each) => !isAllowed(each)).map(giveUp);
    await saveAnswers(tx, account.id, givenUp, nowMs);
    await countRegistrations(tx, account.id, quota.month, again.length + fresh.length);
    return [...again, ...fresh];
  });
  if (batch.length === 0 && wanted.length + unknown.length === 0) return 'done';
  const known = await destinationsFor(bridges, batch, false);
  return batch.map((each) => {
    const { postalCode = null } = known.get(each.shipmentId) ?? {};
    return { ...each, parcel: bridgedParcel(bridges, account.carrier, each, postalCode) };
  });
}

function giveUp(row: Registration): Registration & Answered {
  return { ...row, state: 'requested', reason: 'the rule leaves it out by now', tryAtMs: null };
}

/**
 * Writes registrations before their call, and returns those that need one. A parcel that the same
 * bridge was given before, and that was deleted or whose account was replaced since, is not
 * registered again: it is as if its call had been answered then.
 */
async function insertFresh(
  { bridges, clock }: RegistrationDeps,
  tx: Transaction,
  account: PollingAccount,
  parcels: readonly Omit<Registration, 'reference' | 'tries' | 'stopTries'>[],
): Promise<readonly Registration[]> {
  const nowMs = clock.nowMs();
  const written = await insertRegistrations(tx, account, parcels, { state: 'requested', nowMs });
  const inserted = parcels
    .filter((each) => written.has(parcelText(each)))
    .map((each) => ({ ...each, reference: null, tries: 1, stopTries: 0 }));
  const before = await bridges.knownParcels.remember(tx, account, inserted, nowMs);
  const known = inserted.flatMap((row): (Registration & Answered)[] => {
    const isStopped = before.get(parcelText(row))?.isStopped;
    if (isStopped === undefined) return [];
    const state = isStopped ? 'stopped' : 'registered';
    return [{ ...row, state, reason: 'it was registered before', tryAtMs: null }];
  });
  await saveAnswers(tx, account.id, known, nowMs);
  return inserted.filter((row) => !before.has(parcelText(row)));
}

/** Stores the answers, and gives back what was certainly not used. Returns whether to go on. */
async function storeOutcomes(
  { db: { pipeline }, clock, bridges }: RegistrationDeps,
  account: PollingAccount,
  { batch, month }: { readonly batch: readonly BatchedParcel[]; readonly month: string },
  outcomes: readonly RegisterOutcome[],
): Promise<boolean> {
  const nowMs = clock.nowMs();
  const answered = batch.map((row) => ({
    row,
    outcome: outcomes.find(({ trackingNumber }) => trackingNumber === row.trackingNumber) ?? {
      outcome: 'error' as const,
      trackingNumber: row.trackingNumber,
      reason: NO_ANSWER,
    },
  }));
  return withTransaction(pipeline, async (tx) => {
    const { pauses } = await lockQuota(tx, account, monthOf(nowMs));
    const unused = answered.filter(({ outcome }) => !mayBeRegistered(outcome)).length;
    await countRegistrations(tx, account.id, month, -unused);
    const answers = answered.map(({ row, outcome }) => ({
      ...row,
      ...afterRegistering(outcome, row.tries, nowMs),
    }));
    await saveAnswers(tx, account.id, answers, nowMs);
    const { knownParcels } = bridges;
    const withdrawn = answers.filter(({ state }) => state === 'withdrawn');
    await knownParcels.forget(tx, account, withdrawn);
    const refused = answers.filter(({ state }) => state === 'refused');
    await knownParcels.stopped(tx, account, refused, nowMs);
    const all = answered.map(({ outcome }) => outcome);
    const pause = pauseAfter(all, pauses + 1, nowMs);
    const isUsedUp = all.some(({ outcome }) => outcome === 'quota_used_up');
    await savePause(tx, account.id, pause, pause === null || isUsedUp ? 0 : pauses + 1);
    return pause === null;
  });
}

function mayBeRegistered({ outcome }: RegisterOutcome): boolean {
  return outcome === 'registered' || outcome === 'refused' || outcome === 'error';
}

/** Makes the targets of registered parcels, from those of their carriers. */
async function addTargets(
  { db: { pipeline }, clock, plans }: RegistrationDeps,
  account: BridgeAccount,
  rivals: Share['rivals'],
): Promise<boolean> {
  const missing = await missingTargets(pipeline, account.id, rivals, TARGETS_MAX);
  if (missing.length === 0) return false;
  const { merchantId, mode } = account;
  const keyOf = (carrier: string, trackingNumber: string): TargetKey => {
    return { merchantId, mode, carrier, trackingNumber };
  };
  const keys = missing.flatMap(({ carrier, trackingNumber }) => [
    keyOf(carrier, trackingNumber),
    keyOf(account.carrier, trackingNumber),
  ]);
  const plan = await plans.planOf(account);
  await withTransaction(pipeline, async (tx: Transaction) => {
    const rows = await targetsForUpdate(tx, keys);
    const nowMs = clock.nowMs();
    const targets = missing.flatMap(({ carrier, trackingNumber }): PollTarget[] => {
      const find = (key: string) =>
        rows.find((row) => row.carrier === key && row.trackingNumber === trackingNumber);
      const [own, bridged] = [find(carrier), find(account.carrier)];
      if (own === undefined) return [];
      const isSame = bridged?.parcelCarrier === carrier && bridged.shipmentId === own.shipmentId;
      const target = {
        ...own,
        ...(isSame ? pullsOf(bridged) : NEVER_PULLED),
        carrier: account.carrier,
        parcelCarrier: carrier,
        refreshRequestedAtMs: null,
        leaseUntilMs: bridged?.leaseUntilMs ?? null,
        leaseToken: bridged?.leaseToken ?? String(nowMs),
      };
      return [planTarget(target, nowMs, plan)];
    });
    await saveTargets(tx, targets);
  });
  return true;
}

function pullsOf(target: PollTarget): Pick<PollTarget, keyof typeof NEVER_PULLED> {
  const members = Object.keys(NEVER_PULLED) as (keyof typeof NEVER_PULLED)[];
  return Object.fromEntries(members.map((name) => [name, target[name]])) as ReturnType<
    typeof pullsOf
  >;
}
