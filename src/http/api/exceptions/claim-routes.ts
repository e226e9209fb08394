import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import type { Claim, ClaimOutcome, Exceptions } from '../../../reactions/exceptions/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Answer } from '../../kit/answer.ts';
import { BY_TIME, readPage } from '../../kit/paged.ts';
import { resource } from '../../kit/resource.ts';
import { invalidMember } from '../../kit/validation.ts';
import {
  claim,
  claimChange,
  claimDecision,
  claimFilter,
  claimPage,
  claimSubmission,
  newClaim,
} from './schema.ts';

const CLAIMS = { name: 'claims', position: BY_TIME };

const CLAIM = { 200: { description: 'The changed object.', schema: claim } };

/** Compensation claimed from carriers: drafts, submissions, and answers. */
export const claims = resource(
  { noun: 'claim', tag: 'Exceptions' },
  {
    list: {
      id: 'listClaims',
      method: 'GET',
      path: '/claims',
      summary: 'List claims, newest first',
      scope: 'exceptions:read',
      query: claimFilter,
      shed: {},
      answers: { 200: { description: 'One page.', schema: claimPage } },
    },
    get: {
      id: 'getClaim',
      method: 'GET',
      path: '/claims/:id',
      summary: 'Get a claim',
      scope: 'exceptions:read',
      answers: { 200: { description: 'The claim.', schema: claim } },
    },
    create: {
      id: 'createClaim',
      method: 'POST',
      path: '/claims',
      summary: 'Draft a claim',
      description: 'An exception has at most one open claim.',
      scope: 'exceptions:write',
      body: newClaim,
      answers: { 201: { description: 'Drafted.', schema: claim } },
      errors: ['not_found', 'conflict'],
      example: {
        exception_id: '0195e4a0-0000-7000-8000-000000000000',
        reason: 'damaged',
        amount: { minor: 1250, currency: 'EUR' },
      },
    },
    update: {
      id: 'updateClaim',
      method: 'PATCH',
      path: '/claims/:id',
      summary: 'Update a draft claim',
      scope: 'exceptions:write',
      body: claimChange,
      answers: CLAIM,
      errors: ['conflict'],
    },
    remove: {
      id: 'deleteClaim',
      method: 'DELETE',
      path: '/claims/:id',
      summary: 'Delete a draft claim',
      scope: 'exceptions:write',
      answers: { 204: { description: 'Deleted.' } },
      errors: ['conflict'],
    },
    submit: {
      id: 'submitClaim',
      method: 'POST',
      path: '/claims/:id/submit',
      summary: 'Mark a claim as filed',
      scope: 'exceptions:write',
      body: claimSubmission,
      answers: CLAIM,
      errors: ['conflict'],
      example: { reference: 'CLM-4711' },
    },
    decide: {
      id: 'decideClaim',
      method: 'POST',
      path: '/claims/:id/decide',
      summary: "Record the carrier's decision on a claim",
      description: 'An accepted claim closes its exception as `claimed`.',
      scope: 'exceptions:write',
      body: claimDecision,
      answers: CLAIM,
      errors: ['conflict'],
      example: { decision: 'accepted', granted_minor: 1000 },
    },
  },
  (exceptions: Exceptions) => ({
    list: async ({ tenant, query }) => {
      const { state, exception_id: caseId, carrier } = query;
      const filter = {
        ...(state === undefined ? {} : { state }),
        ...(caseId === undefined ? {} : { caseId }),
        ...(carrier === undefined ? {} : { carrier }),
      };
      const body = await readPage(
        CLAIMS,
        tenant,
        query,
        (after, limit) => exceptions.claims(tenant, { ...filter, after, limit }),
        {
          position: ({ at, claim }) => ({ at, id: claim.id }),
          json: ({ claim }) => claimJson(claim),
        },
      );
      return { status: 200, body };
    },
    get: async ({ tenant, param, found }) => {
      return {
        status: 200,
        body: claimJson(found(await exceptions.showClaim(tenant, param('id')))),
      };
    },
    create: async ({ tenant, key, body }) => {
      const by = { actor: 'merchant', apiKeyId: key.id } as const;
      const outcome = await exceptions.draftClaim(tenant, body.exception_id, by, {
        reason: body.reason,
        amountMinor: body.amount.minor,
        currency: body.amount.currency,
        description: body.description ?? null,
      });
      if (outcome.kind === 'not_found') {
        throw new Problem('not_found', 'exceptions.noSuchException');
      }
      return answerOf(outcome, 201);
    },
    update: async ({ tenant, key, body, param }) => {
      const by = { actor: 'merchant', apiKeyId: key.id } as const;
      const { reason, amount, description } = body;
      const outcome = await exceptions.changeDraft(tenant, param('id'), by, {
        ...(reason === undefined ? {} : { reason }),
        ...(amount === undefined ? {} : { amountMinor: amount.minor, currency: amount.currency }),
        ...(description === undefined ? {} : { description }),
      });
      return answerOf(outcome);
    },
    remove: async ({ tenant, key, param }) => {
      const by = { actor: 'merchant', apiKeyId: key.id } as const;
      answerOf(await exceptions.dropDraft(tenant, param('id'), by));
      return { status: 204 };
    },
    submit: async ({ tenant, key, body, param }) => {
      const by = { actor: 'merchant', apiKeyId: key.id } as const;
      const reference = body.reference ?? null;
      return answerOf(await exceptions.submitClaim(tenant, param('id'), by, { reference }));
    },
    decide: async ({ tenant, key, body, param }) => {
      const by = { actor: 'merchant', apiKeyId: key.id } as const;
      const note = body.note ?? null;
      const decision =
        body.decision === 'accepted'
          ? { decision: body.decision, grantedMinor: body.granted_minor ?? null, note }
          : { decision: body.decision, note };
      return answerOf(await exceptions.decideClaim(tenant, param('id'), by, decision));
    },
  }),
);

export function claimJson(claim: Claim) {
  return {
    id: claim.id,
    exception_id: claim.caseId,
    shipment_id: claim.shipmentId,
    carrier: claim.carrier,
    reason: claim.reason,
    state: claim.state,
    amount:
      claim.amountMinor === null ? null : { minor: claim.amountMinor, currency: claim.currency },
    granted_minor: claim.grantedMinor,
    description: claim.description,
    reference: claim.reference,
    created_at: iso(claim.createdAtMs),
    updated_at: iso(claim.updatedAtMs),
    submit_by: iso(claim.submitByMs),
    submitted_at: iso(claim.submittedAtMs),
    answer_by: iso(claim.answerByMs),
    settled_at: iso(claim.settledAtMs),
    overdue: claim.overdueAtMs !== null,
  };
}

function answerOf(outcome: ClaimOutcome, status = 200): Answer {
  return { status, body: claimJson(changedClaim(outcome)) };
}

/** The claim after an action; throws when the action was refused. */
export function changedClaim(outcome: ClaimOutcome): Claim {
  switch (outcome.kind) {
    case 'done':
      return outcome.claim;
    case 'not_found':
      throw new Problem('not_found', 'exceptions.noSuchClaim');
    case 'closed':
      throw new Problem('conflict', 'exceptions.exceptionClosed');
    case 'claimed': {
      const detail = 'exceptions.hasOpenClaim';
      throw new Problem('conflict', detail, { extra: { claim_id: outcome.claimId } });
    }
    case 'too_much': {
      const { claimedMinor: most, currency } = outcome;
      const reason: ErrorText = { 'exceptions.moreThanClaimed': { most, currency } };
      throw invalidMember('/granted_minor', reason, { 'requests.limitTo': { most } });
    }
    case 'no_amount':
      throw new Problem('conflict', 'exceptions.claimWithoutAmount', {
        fix: 'exceptions.setClaimAmount',
      });
    case 'wrong_state':
      throw new Problem(
        'conflict',
        { 'exceptions.claimChangeNotAllowed': { state: outcome.state } },
        {
          extra: { current: outcome.state },
        },
      );
  }
}
