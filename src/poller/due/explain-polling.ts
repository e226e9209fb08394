import type { Tenant } from '../../kernel/tenant.ts';
import { type Database, withTenant } from '../../platform/database/database.ts';
import type { AccountInCharge } from '../accounts/in-charge.ts';
import { readState } from '../accounts/state.sql.ts';
import type { Policies } from '../budget/spend-plan.ts';
import type { ProofRequestState, ProofState } from '../proofs/decide.ts';
import { proofRequestOf } from '../proofs/proof-requests.sql.ts';
import type { Plans } from './plans.ts';
import type { PollTarget } from './target.ts';
import { targetByNumber } from './targets.sql.ts';

/** When a parcel is polled next, and why then. Times are ISO 8601 in UTC. */
export interface PollingExplanation {
  readonly policy: string;
  /** The account that polls it; null if none can, so it is not polled. */
  readonly account_id: string | null;
  /** Why that account, and which account's answers came before; null if none polls it. */
  readonly account_why: string | null;
  readonly next_poll_at: string | null;
  readonly why: string;
  /** The value of the call when it is due, in worth × hours: comparable between parcels. */
  readonly value: number | null;
  readonly last_polled_at: string | null;
  readonly last_confirmed_at: string | null;
  /** The longest pause between two polls that its account can keep at present. */
  readonly ceiling_s: number;
  /** Whether the ceiling is longer than configured, because the budget does not suffice for all. */
  readonly stretched: boolean;
  readonly push: 'healthy' | 'silent' | 'none';
  readonly known_to_carrier: boolean;
  readonly misses: number;
  readonly ended: boolean;
  /** Null if no proof is requested: it is not delivered, or the carrier gives none. */
  readonly proof: ProofExplanation | null;
}

/** The state of the request for the proof of delivery. */
interface ProofExplanation {
  readonly state: ProofState;
  readonly next_try_at: string | null;
  readonly why: string;
}

export interface ExplainDeps {
  readonly db: Pick<Database, 'app'>;
  readonly plans: Pick<Plans, 'inChargeOf' | 'bridgesOf'>;
  readonly policies: () => Policies;
  /** When the account may make the call that a due number waits for; see `nextTurnAtMs`. */
  readonly turnOf?: (
    accountId: string,
    target: PollTarget,
    ceilingS: number,
  ) => Promise<number | null>;
}

export interface PolledNumber {
  readonly carrier: string;
  readonly trackingNumber: string;
}

/**
 * Explains the polling of a number; null if the tenant has no such number, or the due index does
 * not contain it yet.
 */
export async function explainPolling(
  { db, plans, policies, turnOf }: ExplainDeps,
  tenant: Tenant,
  { carrier, trackingNumber }: PolledNumber,
): Promise<PollingExplanation | null> {
  const own = await plans.inChargeOf({ ...tenant, carrier });
  const bridged =
    own === null ? await bridgedTarget(db, plans, tenant, { carrier, trackingNumber }) : null;
  const account = bridged === null ? own : await plans.inChargeOf(bridged);
  const accountId = account?.id ?? null;
  const { target, state, proof } = await withTenant(db.app, tenant, async (tx) => ({
    target: bridged ?? (await targetByNumber(tx, carrier, trackingNumber)),
    state: accountId === null ? null : await readState(tx, accountId),
    proof: await proofRequestOf(tx, carrier, trackingNumber),
  }));
  if (target === null) return null;
  const { policy, pauses } = policies();
  const isPolled = accountId !== null && target.endedAtMs === null;
  const stretched = state?.plan?.stretched ?? false;
  const ceilingS = state?.plan?.ceilingS ?? pauses.ceilingS;
  const pausedUntilMs = state?.trouble?.untilMs ?? 0;
  const turnAtMs = isPolled ? ((await turnOf?.(accountId, target, ceilingS)) ?? null) : null;
  const paused = pausedUntilMs > target.dueAtMs ? pausedWhy(state?.trouble?.reason) : null;
  const delayedBy = paused ?? (turnAtMs === null ? null : NO_CALL_LEFT);
  return {
    policy: policy.name,
    account_id: accountId,
    account_why: account === null ? null : accountWhy(account, target),
    next_poll_at: isPolled ? iso(Math.max(target.dueAtMs, pausedUntilMs, turnAtMs ?? 0)) : null,
    why: whyOf(target, { hasAccount: accountId !== null, stretched, ceilingS, delayedBy }),
    value: isPolled ? target.value : null,
    last_polled_at: iso(target.lastPolledAtMs),
    last_confirmed_at: iso(target.lastConfirmedAtMs),
    ceiling_s: ceilingS,
    stretched,
    push: target.push,
    known_to_carrier: target.known,
    misses: target.misses,
    ended: target.endedAtMs !== null,
    proof: proof === null ? null : proofOf(proof, accountId !== null),
  };
}

/** Returns the target by which a bridge polls the parcel; null if none does. */
export async function bridgedTarget(
  db: Pick<Database, 'app'>,
  plans: Pick<Plans, 'bridgesOf'>,
  tenant: Tenant,
  { carrier, trackingNumber }: PolledNumber,
): Promise<PollTarget | null> {
  for (const bridge of await plans.bridgesOf(tenant)) {
    const target = await withTenant(db.app, tenant, (tx) =>
      targetByNumber(tx, bridge, trackingNumber),
    );
    if (target?.parcelCarrier === carrier) return target;
  }
  return null;
}

/**
 * Explains the choice of the account. Data from another account stays visible, although the account
 * in charge may have no access to it.
 */
function accountWhy(account: AccountInCharge, { lastPolledAtMs }: PollTarget): string {
  if (lastPolledAtMs === null || lastPolledAtMs >= account.createdAtMs) return account.why;
  const before = account.isOverSandbox ? 'the account of the built-in sandbox' : 'another account';
  return `${account.why} Until now ${before} was used; its answers are kept.`;
}

function proofOf(
  { state, nextTryAtMs, why }: ProofRequestState,
  hasAccount: boolean,
): ProofExplanation {
  if (state === 'waiting' && !hasAccount) return { state, next_try_at: null, why: NO_ACCOUNT };
  return { state, next_try_at: iso(nextTryAtMs), why };
}

/** @param reason part of a sentence: what the carrier's answer meant. */
function pausedWhy(reason = 'it is paused'): string {
  return `The account is not used until then: ${reason}.`;
}

const NO_CALL_LEFT =
  "It is due, but the account has used the calls that its limits and today's plan allow until then.";
const NO_ACCOUNT = 'There is no carrier account with credentials to poll it.';

/** Returns the explanation of the next poll in words, with what delays it. */
function whyOf(
  target: PollTarget,
  about: {
    readonly hasAccount: boolean;
    readonly stretched: boolean;
    readonly ceilingS: number;
    readonly delayedBy: string | null;
  },
): string {
  if (target.endedAtMs !== null) return target.why;
  if (!about.hasAccount) return NO_ACCOUNT;
  const why = about.delayedBy === null ? target.why : `${target.why} ${about.delayedBy}`;
  if (!about.stretched) return why;
  const hours = Math.round(about.ceilingS / 360) / 10;
  return `${why} The account's budget is too small for all its parcels: each may wait up to ${hours} h.`;
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
