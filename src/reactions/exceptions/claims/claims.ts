import { isUuid, uuidV7 } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import type { CaseActor, Claim, ClaimReason } from '../cases/case.ts';
import { isUnderWay } from '../cases/case-details.ts';
import { changeCase, closedCase } from '../cases/change-case.ts';
import type { Worker } from '../cases/work-cases.ts';
import type { ExceptionsDeps } from '../deps.ts';
import { ownPolicy } from '../policy/own-policy.ts';
import { claimTermsOf } from '../policy/policy.ts';
import {
  type ClaimPage,
  type ClaimRow,
  claimById,
  deleteClaim,
  listClaims,
  saveClaim,
} from './claims.sql.ts';

export type ClaimOutcome =
  | { readonly kind: 'done'; readonly claim: Claim }
  | { readonly kind: 'not_found' }
  /** The case already has a claim in progress. */
  | { readonly kind: 'claimed'; readonly claimId: string }
  | { readonly kind: 'closed' }
  /** No carrier pays more than was claimed: the amount must be a typing error. */
  | { readonly kind: 'too_much'; readonly claimedMinor: number; readonly currency: string }
  /** The claimed amount is missing. */
  | { readonly kind: 'no_amount' }
  /** Only a draft can be changed, and only a submitted claim can be decided. */
  | { readonly kind: 'wrong_state'; readonly state: Claim['state'] };

interface ClaimDraft {
  readonly reason: ClaimReason;
  /** The claimed amount; null together with the currency: not known yet. */
  readonly amountMinor: number | null;
  readonly currency: string | null;
  readonly description: string | null;
}

const DAY_MS = 86_400_000;

/**
 * Drafts a claim for a case, or completes the draft that a courier's report began. Refused if the
 * case is closed or has another claim in progress.
 */
export async function draftClaim(
  deps: ExceptionsDeps,
  tenant: Tenant,
  caseId: string,
  by: { readonly actor: CaseActor },
  draft: ClaimDraft,
): Promise<ClaimOutcome> {
  const { tracking } = deps;
  const { policy } = await ownPolicy(deps, tenant);
  let stored: ClaimRow | null = null;
  type Refusal = Extract<ClaimOutcome, { kind: 'claimed' | 'closed' }>;
  const changed = await changeCase<Refusal>(deps, tenant, caseId, async (now) => {
    const { tx, exceptionCase, nowMs, caseHistory } = now;
    if (exceptionCase.state === 'closed') return { kind: 'closed' };
    const open = caseHistory.claims.find(
      (each) => each.caseId === exceptionCase.id && isUnderWay(each.state),
    );
    // A draft from a courier's report still has to be completed.
    const unfinished = open?.state === 'draft' && open.amountMinor === null ? open : undefined;
    if (open !== undefined && unfinished === undefined)
      return { kind: 'claimed', claimId: open.id };
    const { submitWithinDays } = claimTermsOf(policy, exceptionCase.carrier);
    const { description, ...rest } = draft;
    stored = {
      id: unfinished?.id ?? uuidV7(nowMs, tracking.randomBytes(10)),
      caseId: exceptionCase.id,
      state: 'draft',
      merchantId: exceptionCase.merchantId,
      mode: exceptionCase.mode,
      shipmentId: exceptionCase.shipmentId,
      carrier: exceptionCase.carrier,
      ...rest,
      grantedMinor: null,
      reference: null,
      sealedDescription: sealText(deps, description),
      createdAtMs: unfinished?.createdAtMs ?? nowMs,
      updatedAtMs: nowMs,
      submitByMs: exceptionCase.openedAtMs + submitWithinDays * DAY_MS,
      submittedAtMs: null,
      answerByMs: null,
      settledAtMs: null,
      overdueAtMs: null,
    };
    await saveClaim(tx, stored);
    const data = { claim_id: stored.id };
    const type = unfinished === undefined ? 'claim_drafted' : 'claim_changed';
    return { exceptionCase, history: [{ type, actor: by.actor, data }], tell: null };
  });
  return toOutcome(deps, changed, stored);
}

/** Changes a claim if its state allows that; `next` null: the claim is deleted. */
async function changeClaim(
  deps: ExceptionsDeps,
  tenant: Tenant,
  claimId: string,
  from: Claim['state'],
  by: Worker,
  change: (
    claim: ClaimRow,
    nowMs: number,
  ) =>
    | Extract<ClaimOutcome, { kind: 'too_much' | 'no_amount' }>
    | {
        readonly next: ClaimRow | null;
        readonly type:
          | 'claim_changed'
          | 'claim_dropped'
          | 'claim_submitted'
          | 'claim_accepted'
          | 'claim_rejected';
        readonly closes?: boolean;
        readonly note?: string | null;
      },
): Promise<ClaimOutcome> {
  const found = isUuid(claimId)
    ? await withTenant(deps.tracking.db.app, tenant, (tx) => claimById(tx, claimId))
    : null;
  if (found === null) return { kind: 'not_found' };
  let stored: ClaimRow | null = null;
  type Refusal = Extract<ClaimOutcome, { kind: 'wrong_state' | 'too_much' | 'no_amount' }>;
  const changed = await changeCase<Refusal>(deps, tenant, found.caseId, async (now) => {
    const { tx, exceptionCase, nowMs, caseHistory } = now;
    const claim = caseHistory.claims.find(({ id }) => id === found.id);
    if (claim?.state !== from) return { kind: 'wrong_state', state: claim?.state ?? found.state };
    const changes = change(claim, nowMs);
    if ('kind' in changes) return changes;
    const { next, type, closes = false, note = null } = changes;
    stored = next ?? claim;
    if (next === null) await deleteClaim(tx, claim.id);
    else await saveClaim(tx, next);
    const line = { type, actor: by.actor, data: { claim_id: claim.id }, note };
    if (!closes || exceptionCase.state === 'closed') {
      const moved = type === 'claim_submitted' || type === 'claim_rejected';
      const tell = moved && exceptionCase.state === 'open' ? 'updated' : null;
      return { exceptionCase, history: [line], tell };
    }
    const data = { outcome: 'claimed', how: 'person' };
    return {
      exceptionCase: closedCase(exceptionCase, 'claimed', 'person', nowMs),
      history: [line, { type: 'closed', actor: by.actor, data }],
      tell: 'resolved',
    };
  });
  return toOutcome(deps, changed, stored);
}

/** Changes the given members of a draft. */
export async function changeDraft(
  deps: ExceptionsDeps,
  tenant: Tenant,
  claimId: string,
  by: Worker,
  wanted: Partial<ClaimDraft>,
): Promise<ClaimOutcome> {
  return changeClaim(deps, tenant, claimId, 'draft', by, (claim, nowMs) => {
    const { description, ...rest } = wanted;
    return {
      next: {
        ...claim,
        ...rest,
        ...(description === undefined ? {} : { sealedDescription: sealText(deps, description) }),
        updatedAtMs: nowMs,
      },
      type: 'claim_changed',
    };
  });
}

/** Deletes a draft. */
export async function dropDraft(
  deps: ExceptionsDeps,
  tenant: Tenant,
  claimId: string,
  by: Worker,
): Promise<ClaimOutcome> {
  return changeClaim(deps, tenant, claimId, 'draft', by, () => ({
    next: null,
    type: 'claim_dropped',
  }));
}

/** Marks a claim as submitted to the carrier; the deadline for the carrier's answer starts. */
export async function submitClaim(
  deps: ExceptionsDeps,
  tenant: Tenant,
  claimId: string,
  by: Worker,
  { reference }: { readonly reference: string | null },
): Promise<ClaimOutcome> {
  const { policy } = await ownPolicy(deps, tenant);
  return changeClaim(deps, tenant, claimId, 'draft', by, (claim, nowMs) => {
    if (claim.amountMinor === null) return { kind: 'no_amount' };
    const { answerWithinDays } = claimTermsOf(policy, claim.carrier);
    return {
      next: {
        ...claim,
        state: 'submitted',
        reference,
        submittedAtMs: nowMs,
        updatedAtMs: nowMs,
        answerByMs: nowMs + answerWithinDays * DAY_MS,
        overdueAtMs: null,
      },
      type: 'claim_submitted',
    };
  });
}

/**
 * Records the carrier's decision. An accepted claim ends the case; a rejection leaves it to a
 * person.
 */
export async function decideClaim(
  deps: ExceptionsDeps,
  tenant: Tenant,
  claimId: string,
  by: Worker,
  verdict:
    | {
        readonly decision: 'accepted';
        readonly grantedMinor: number | null;
        readonly note: string | null;
      }
    | { readonly decision: 'rejected'; readonly note: string | null },
): Promise<ClaimOutcome> {
  return changeClaim(deps, tenant, claimId, 'submitted', by, (claim, nowMs) => {
    const accepted = verdict.decision === 'accepted';
    const { amountMinor, currency } = claim;
    if (amountMinor === null || currency === null) return { kind: 'no_amount' };
    if (accepted && (verdict.grantedMinor ?? 0) > amountMinor) {
      return { kind: 'too_much', claimedMinor: amountMinor, currency };
    }
    return {
      next: {
        ...claim,
        state: verdict.decision,
        settledAtMs: nowMs,
        updatedAtMs: nowMs,
        overdueAtMs: null,
        grantedMinor: accepted ? (verdict.grantedMinor ?? amountMinor) : null,
      },
      type: accepted ? 'claim_accepted' : 'claim_rejected',
      closes: accepted,
      note: verdict.note,
    };
  });
}

/** Returns a claim; null when the tenant has no such claim. */
export async function showClaim(
  deps: ExceptionsDeps,
  tenant: Tenant,
  claimId: string,
): Promise<Claim | null> {
  if (!isUuid(claimId)) return null;
  const row = await withTenant(deps.tracking.db.app, tenant, (tx) => claimById(tx, claimId));
  return row && openClaim(deps, row);
}

export async function claimPage(
  deps: ExceptionsDeps,
  tenant: Tenant,
  page: ClaimPage,
): Promise<readonly { readonly claim: Claim; readonly at: string }[]> {
  const rows = await withTenant(deps.tracking.db.app, tenant, (tx) => listClaims(tx, page));
  return rows.map(({ claim, at }) => ({ claim: openClaim(deps, claim), at }));
}

/** Returns the outcome of a change, with the stored claim in readable form. */
function toOutcome(
  deps: ExceptionsDeps,
  changed: { readonly kind: 'done' } | Exclude<ClaimOutcome, { kind: 'done' }>,
  stored: ClaimRow | null,
): ClaimOutcome {
  if (changed.kind !== 'done') return changed;
  return stored === null ? { kind: 'not_found' } : { kind: 'done', claim: openClaim(deps, stored) };
}

/** Returns a stored claim with its description decrypted. */
function openClaim({ tracking }: ExceptionsDeps, { sealedDescription, ...claim }: ClaimRow): Claim {
  const text =
    sealedDescription && tracking.sealer.open(sealedDescription.content, sealedDescription.dataKey);
  return { ...claim, description: text && Buffer.from(text).toString('utf8') };
}

/** Encrypts a description; null stays null. */
function sealText({ tracking }: ExceptionsDeps, text: string | null) {
  if (text === null) return null;
  const { sealed, dataKey } = tracking.sealer.seal(Buffer.from(text, 'utf8'));
  return { content: sealed, dataKey };
}
