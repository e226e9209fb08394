import type { Proofs } from '../../../intake/index.ts';
import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { DOCUMENT_TYPES } from '../../../kernel/wire/document-bytes.ts';
import type { AccountHealth, PollingExplanation, RefreshOutcome } from '../../../poller/index.ts';
import {
  findShipment,
  iso,
  type TrackingDeps,
  viewShipment,
} from '../../../tracking/ports/shipments.ts';
import type { Answer } from '../../kit/answer.ts';
import { resource } from '../../kit/resource.ts';
import { refreshed } from './schema.ts';

const [mediaType, ...otherTypes] = DOCUMENT_TYPES;

/** Polls a carrier at once, and serves the proofs it supplied. */
export const pulling = resource(
  { noun: 'shipment', tag: 'Shipments' },
  {
    refresh: {
      id: 'refreshShipment',
      method: 'POST',
      path: '/shipments/:id/refresh',
      summary: 'Poll the carrier now',
      description:
        'For a customer who is waiting. Each account reserves a few calls for this. Updates arrive as with every other poll.',
      scope: 'shipments:write',
      answers: {
        202: { description: 'The carrier will be polled at `next_poll_at`.', schema: refreshed },
        200: {
          description: 'The carrier was polled a moment ago: what you see is fresh.',
          schema: refreshed,
        },
      },
      errors: ['cannot_refresh', 'account_paused', 'no_budget'],
    },
    download: {
      id: 'downloadShipmentProof',
      method: 'GET',
      path: '/shipments/:id/proofs/:proof_id',
      summary: 'Download a proof of delivery',
      description:
        'As the carrier supplied it, always as a download: PDF, PNG, GIF or JPEG, as given in `content-type`.',
      scope: 'shipments:read',
      params: { proof_id: 'The proof.' },
      answers: { 200: { description: 'The document.', mediaType, otherTypes } },
    },
  },
  ({
    tracking,
    polling,
    proofs,
  }: {
    readonly tracking: TrackingDeps;
    readonly polling: Polling | null;
    readonly proofs: Proofs;
  }) => ({
    refresh: async ({ tenant, id, found }) => {
      const shipment = found(await findShipment(tracking, tenant, id));
      if (polling === null) {
        throw new Problem('cannot_refresh', 'shipments.noCarrierPolled');
      }
      const outcome = await polling.refresh(tenant, shipment);
      return refreshAnswer(shipment.id, outcome, await polling.explain(tenant, shipment));
    },
    download: async ({ tenant, param, id: shipmentId, found }) => {
      const view = found(await viewShipment(tracking, tenant, shipmentId));
      const proof = await proofs.read(tenant, view.proofs, param('proof_id'));
      if (proof === null) {
        throw new Problem('not_found', 'shipments.noSuchProof');
      }
      const { id, mediaType } = proof.proof;
      return {
        status: 200,
        bytes: proof.bytes,
        headers: {
          'content-type': mediaType,
          // A carrier's files are never shown inline: they would run with our origin's rights.
          'content-disposition': `attachment; filename="proof-${id}.${EXTENSIONS[mediaType] ?? 'bin'}"`,
          'content-security-policy': "default-src 'none'; sandbox",
        },
      };
    },
  }),
);

const EXTENSIONS: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/jpeg': 'jpg',
};

/**
 * The response to a refresh; throws `Problem` if the carrier is not polled.
 *
 * @param known its polling state: the last poll, and the next one if nobody requests a refresh.
 */
export function refreshAnswer(
  id: string,
  outcome: RefreshOutcome,
  known: PollingExplanation | null,
): Answer {
  const base = { id, last_polled_at: known?.last_polled_at ?? null, retry_after_s: null };
  switch (outcome.outcome) {
    case 'queued':
      return {
        status: 202,
        body: { ...base, outcome: 'queued', next_poll_at: iso(outcome.nextPollAtMs) },
      };
    case 'fresh':
      return {
        status: 200,
        body: {
          ...base,
          outcome: 'fresh',
          next_poll_at: known?.next_poll_at ?? null,
          last_polled_at: iso(outcome.lastPolledAtMs),
          retry_after_s: Math.ceil(outcome.retryAfterS),
        },
      };
    case 'no_account':
      throw new Problem('cannot_refresh', 'shipments.noAccountForCarrier');
    case 'ended':
      throw new Problem('cannot_refresh', 'shipments.finalStatusNotPolled');
    case 'paused':
      throw new Problem('account_paused', whyPaused(outcome), {
        retryAfterS: outcome.retryAfterS,
      });
    case 'no_budget':
      throw new Problem('no_budget', 'shipments.callsExhausted', {
        retryAfterS: outcome.retryAfterS,
      });
  }
}

/** Why an account is paused, and until when, in a sentence or two. */
export function whyPaused(outcome: Extract<RefreshOutcome, { outcome: 'paused' }>): ErrorText {
  const until = iso(outcome.untilMs);
  switch (outcome.state) {
    case 'failing_credentials':
      return { 'shipments.pausedCredentialsRefused': { reason: outcome.reason, until } };
    case 'missing_scope':
      return { 'shipments.pausedLackingPermission': { reason: outcome.reason, until } };
    case 'rate_limited':
      return { 'shipments.pausedRateLimited': { until, reason: outcome.reason } };
    case 'unreachable':
      return { 'shipments.pausedCarrierUnreachable': { reason: outcome.reason, until } };
  }
}

/**
 * Interface from the HTTP layer to the poller. The composition root provides it; every process with
 * the database can answer, whether or not it polls itself.
 */
export interface Polling {
  /** Null when the number is not polled. */
  explain(tenant: Tenant, parcel: Parcel): Promise<PollingExplanation | null>;
  refresh(tenant: Tenant, parcel: Parcel): Promise<RefreshOutcome>;
  /** Null when the tenant has no such account, or no call was ever made with it. */
  health(tenant: Tenant, accountId: string): Promise<AccountHealth | null>;
  /** An account's credentials changed: clear the effects of the old ones. */
  credentialsChanged(accountId: string): Promise<void>;
  /** The rule of a bridge's account changed: decide again about what the former one left out. */
  ruleChanged(accountId: string): Promise<void>;
  /** An account was added, removed or got credentials: another one may be in charge from now on. */
  accountsChanged(): void;
}

export interface Parcel {
  readonly carrier: string;
  readonly trackingNumber: string;
}
