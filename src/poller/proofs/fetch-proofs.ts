import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import type { CarrierSession, ProofOutcome, TrackOutcome } from '../../adapters/contract/pull.ts';
import { CALL_TIMEOUT_MS } from '../../adapters/index.ts';
import { eraseProofs, type PollingAccount, type Proofs } from '../../intake/index.ts';
import type { Wait } from '../../platform/clock.ts';
import { type Queryable, withTransaction } from '../../platform/database/database.ts';
import { errorText } from '../../platform/messages/error-text.ts';
import type { Logger } from '../../platform/observability/log.ts';
import type { AccountEventDeps } from '../accounts/events.ts';
import type { Sessions } from '../accounts/sessions.ts';
import { readState } from '../accounts/state.sql.ts';
import type { AccountState } from '../accounts/state.ts';
import { debitCall } from '../budget/debit-call.ts';
import { type AccountLimits, limitsOf } from '../budget/limits.ts';
import { keyText, type PollTarget } from '../due/target.ts';
import { nextDueAtMs } from '../due/targets.sql.ts';
import { noSystem } from '../no-system.ts';
import { type BreakerCell, type CallGuard, guardBreaker } from '../run/guard.ts';
import { judgeAccount } from '../run/judge-account.ts';
import {
  afterProofCall,
  givesProofs,
  isOfAccount,
  isProofWanted,
  mayRequestProof,
  offeredKinds,
} from './decide.ts';
import {
  addProofRequests,
  callsForProofs,
  dropProofRequests,
  isGone,
  type LeasedRequest,
  leaseRequest,
  nextTryAtMs,
  pauseRequests,
  saveRequest,
} from './proof-requests.sql.ts';

export interface FetchProofsDeps extends AccountEventDeps {
  readonly log: Logger;
  readonly wait: Wait;
  readonly openSession: Sessions['open'];
  readonly proofs: Pick<Proofs, 'store' | 'assertStorable'>;
}

/** The most proofs of one run: tracking that becomes due meanwhile is handled between runs. */
const PARCELS_MAX = 5;
/** A proof may take several calls, each as long as a poll's. */
const LEASE_MS = 12 * CALL_TIMEOUT_MS;

/**
 * Requests due proofs of delivery, as long as tracking leaves calls for it. The holder of the
 * account calls it after its polls. Returns when the next is due, or null if no extra run is
 * needed.
 */
export async function fetchProofs(
  deps: FetchProofsDeps,
  account: PollingAccount,
  adapter: CarrierAdapter,
  signal: AbortSignal,
): Promise<number | null> {
  if (!givesProofs(adapter)) return null;
  const { pipeline } = deps.db;
  const limits = limitsOf(adapter.manifest.limits, account.caps, account.environment);
  for (let index = 0; index < PARCELS_MAX && !signal.aborted; index += 1) {
    const nowMs = deps.clock.nowMs();
    const dueMs = await nextTryAtMs(pipeline, account);
    if (dueMs === null || dueMs > nowMs) return dueMs;
    // A call for a proof that cannot be stored would be wasted.
    deps.proofs.assertStorable();
    const state = await readState(pipeline, account.id);
    if (state === null || !(await mayUseCall(deps, account, state, limits))) return null;
    const budget = await debitCall(deps, account.id, limits, 'planned', { dry: true });
    if (!budget.ok) return budget.retryAtMs;
    const lease = { nowMs, untilMs: nowMs + LEASE_MS };
    const request = await leaseRequest(pipeline, account, lease);
    if (request === null) return null;
    const run = { deps, account, adapter, limits, signal, breaker: { state: state.breaker } };
    if (!(await fetchOne(run, request))) return null;
  }
  return deps.clock.nowMs();
}

/**
 * Whether tracking leaves a call for proofs. When a carrier is down or an account is in trouble, it
 * does not.
 */
async function mayUseCall(
  { db, clock }: FetchProofsDeps,
  account: PollingAccount,
  state: AccountState,
  limits: AccountLimits,
): Promise<boolean> {
  const nowMs = clock.nowMs();
  if (state.breaker.phase !== 'closed') return false;
  if (state.trouble !== null && state.trouble.untilMs > nowMs) return false;
  const dueMs = await nextDueAtMs(db.pipeline, account);
  const isShort = state.plan?.stretched ?? false;
  const windows = [];
  for (const { calls, windowS } of isShort ? limits.windows : []) {
    const byProofs = await callsForProofs(db.pipeline, account, nowMs - windowS * 1_000);
    windows.push({ calls, byProofs });
  }
  return mayRequestProof(dueMs !== null && dueMs <= nowMs, isShort, windows);
}

interface Run {
  readonly deps: FetchProofsDeps;
  readonly account: PollingAccount;
  readonly adapter: CarrierAdapter;
  readonly limits: AccountLimits;
  readonly breaker: BreakerCell;
  readonly signal: AbortSignal;
}

/** Requests one proof. Returns whether the account may make another request. */
async function fetchOne(run: Run, request: LeasedRequest): Promise<boolean> {
  const { deps, account } = run;
  const atMs = deps.clock.nowMs();
  const fetched = await callForProof(run, request);
  const { outcome } = fetched;
  if (outcome.outcome === 'documents') await storeProof(run, request, outcome);
  const after = afterProofCall(request, outcome, deps.clock.nowMs());
  await saveRequest(deps.db.pipeline, request, after, { atMs, calls: fetched.calls });
  if (fetched.calls > 0 && fetched.isOwnOrigin)
    await judgeAccount(deps, run, [asTrackOutcome(outcome, request)]);
  if (isOfAccount(outcome) && after.nextTryAtMs !== null) {
    await pauseRequests(deps.db.pipeline, account, after.nextTryAtMs, after.why);
  }
  const wasAnswered = outcome.outcome === 'documents' || outcome.outcome === 'none';
  if (!wasAnswered) {
    const { carrier, id } = account;
    deps.log.info({ account: id, carrier, reason: outcome.reason }, 'no proof could be requested');
  }
  return wasAnswered;
}

/**
 * Returns what a proof call implies for the account as a whole. A refusal of proofs does not mean
 * that tracking is refused, so only rate limits and successful calls are reported.
 */
function asTrackOutcome(outcome: ProofOutcome, { trackingNumber }: LeasedRequest): TrackOutcome {
  switch (outcome.outcome) {
    case 'documents':
      return { outcome: 'not_yet', trackingNumber, reason: 'the carrier answered' };
    case 'none':
      return { outcome: 'not_yet', trackingNumber, reason: outcome.reason };
    case 'rate_limited':
      return { ...outcome, trackingNumber };
    default:
      return { outcome: 'error', trackingNumber, reason: outcome.reason };
  }
}

interface FetchedProof {
  readonly outcome: ProofOutcome;
  /** The calls booked against the account's budget. */
  readonly calls: number;
  /** Whether no other host of the carrier was called: trouble there is not the account's. */
  readonly isOwnOrigin: boolean;
}

/**
 * Requests a proof from the carrier. `isOwnOrigin` is false if a call went to another system of the
 * carrier, with credentials of its own.
 */
async function callForProof(run: Run, request: LeasedRequest): Promise<FetchedProof> {
  const { deps, account, adapter } = run;
  const guard = guardFor(run);
  const session = deps.openSession(account, adapter, guard);
  if (session === null || adapter.proofOfDelivery === undefined) {
    const reason = errorText(noSystem(account));
    return { outcome: { outcome: 'scope_missing', reason }, calls: 0, isOwnOrigin: true };
  }
  let isOwnOrigin = true;
  const watched: CarrierSession = {
    credentials: session.credentials,
    nowMs: () => session.nowMs(),
    newId: () => session.newId(),
    send(call) {
      if (call.origin !== undefined) isOwnOrigin = false;
      return session.send(call);
    },
  };
  const { trackingNumber, proofOffer } = request;
  const outcome = await adapter.proofOfDelivery(
    { trackingNumber, carrierPieceId: proofOffer?.piece ?? null, offered: offeredKinds(request) },
    watched,
  );
  return { outcome, calls: guard.calls(), isOwnOrigin };
}

/**
 * Guards the calls of one request: the first needs a call under the day's plan, the rest belong to
 * it.
 */
function guardFor({ deps, account, limits, breaker, signal }: Run) {
  let calls = 0;
  const guard: CallGuard = {
    async debit() {
      const purpose = calls === 0 ? 'planned' : 'more';
      const booked = await debitCall(deps, account.id, limits, purpose);
      if (!booked.ok) {
        const waitMs = Math.max(0, booked.retryAtMs - deps.clock.nowMs());
        return { ok: false, retryAfterS: Math.ceil(waitMs / 1_000) };
      }
      calls += 1;
      if (booked.waitMs > 0) await deps.wait(booked.waitMs);
      return { ok: true };
    },
    breaker: guardBreaker(breaker, deps, signal),
  };
  return { ...guard, calls: () => calls };
}

/** Stores the proof, unless the parcel was deleted or its number reused meanwhile. */
async function storeProof(
  { deps, account }: Run,
  request: LeasedRequest,
  { documents }: Extract<ProofOutcome, { outcome: 'documents' }>,
): Promise<void> {
  const { pipeline } = deps.db;
  if (await isGone(pipeline, request)) return;
  const fromMs = deps.clock.nowMs();
  await deps.proofs.store(account, request.trackingNumber, documents);
  await withTransaction(pipeline, async (tx) => {
    if (!(await isGone(tx, request))) return;
    await eraseProofs(tx, request, { ...request, fromMs, untilMs: null });
  });
}

/**
 * Records which proofs are wanted after targets changed, and removes the requests of deliveries
 * that no longer count. If a proof was fetched after the merchant deleted the parcel, but before
 * that was known here, it is erased.
 */
export async function consumeDeliveries(
  tx: Queryable,
  before: readonly PollTarget[],
  after: readonly PollTarget[],
  { adapterOf, nowMs }: { adapterOf: AdapterOf; nowMs: number },
): Promise<void> {
  const wanted = after.filter(
    (target) => isProofWanted(target) && givesProofs(adapterOf(target.carrier)),
  );
  const wantedBefore = new Set(before.filter(isProofWanted).map(keyText));
  const noLongerWanted = after.filter(
    (target) => wantedBefore.has(keyText(target)) && !isProofWanted(target),
  );
  await addProofRequests(tx, wanted, nowMs);
  const withdrawn = await dropProofRequests(tx, noLongerWanted);
  for (const target of withdrawn) {
    if (target.endReason !== 'deleted') continue;
    await eraseProofs(tx, target, { ...target, fromMs: target.createdAtMs, untilMs: null });
  }
}

export type AdapterOf = (carrier: string) => CarrierAdapter | undefined;
