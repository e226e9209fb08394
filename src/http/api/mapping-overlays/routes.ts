import type { IncomingMessage } from 'node:http';
import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import type { StoredOverlay } from '../../../tracking/ports/mappings.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Answer } from '../../kit/answer.ts';
import { createRateLimiter } from '../../kit/rate-limit.ts';
import { resource } from '../../kit/resource.ts';
import { invalidMember } from '../../kit/validation.ts';
import { jobJson } from '../mappings/job-schema.ts';
import { replaceOverlay } from '../mappings/orders.ts';
import {
  IF_MATCH,
  newOverlay,
  overlay,
  removeOverlayQuery,
  storedOverlay,
} from '../mappings/schema.ts';
import type { OpsParts } from '../ops/ops-parts.ts';

/**
 * Returns the state that a PUT or DELETE expects the overlay to be in, from its body or If-Match; throws a
 * 412 when it differs already. A change between this check and the write is caught by the write.
 */
export function expectationOf(
  request: IncomingMessage,
  overlay: StoredOverlay | null,
  sent: number | undefined,
): { expectedGeneration: number | undefined; ifMatch: boolean } {
  const header = request.headers['if-match']?.trim();
  if (header === undefined) return { expectedGeneration: sent, ifMatch: false };
  const tags = header.split(',').map((tag) => tag.trim());
  if (header !== '*' && !tags.every((tag) => TAG.test(tag))) {
    const fix = 'requests.sendEtagFromGet';
    throw invalidMember('If-Match', 'requests.notEntityTag', fix);
  }
  const generation = overlay?.generation ?? 0;
  if (generation === 0 || !(header === '*' || tags.includes(etagOf(generation)))) {
    const detail: ErrorText =
      generation === 0 ? 'mappings.noOverlay' : { 'mappings.generationMismatch': { generation } };
    throw new Problem('precondition_failed', detail, { extra: { generation } });
  }
  return { expectedGeneration: sent ?? generation, ifMatch: sent === undefined };
}

/** An entity tag; a weak one matches nothing. */
const TAG = /^(W\/)?"[^"]{0,100}"$/;

function etagOf(generation: number): string {
  return `"${generation}"`;
}

export function overlayAnswer(carrier: string, overlay: StoredOverlay | null): Answer {
  const body = overlayJson(carrier, overlay);
  return { status: 200, headers: { etag: etagOf(body.generation) }, body };
}

/** Throws a 404 when there is none, or it was removed. */
export function overlayJson(carrier: string, overlay: StoredOverlay | null) {
  if (overlay === null || overlay.text.trim() === '') {
    throw new Problem('not_found', { 'mappings.noOverlayForCarrier': { carrier } });
  }
  return {
    carrier,
    text: overlay.text,
    generation: overlay.generation,
    updated_at: iso(overlay.updatedAtMs),
    updated_by: overlay.updatedBy,
  };
}

export function storedAnswer(stored: Awaited<ReturnType<typeof replaceOverlay>>): Answer {
  const { generation, job } = stored;
  const headers = generation === 0 ? {} : { etag: etagOf(generation) };
  return { status: 200, headers, body: { ...stored, job: job && jobJson(job) } };
}

/**
 * Limits on a merchant's changes: each one is compiled by every process, in addition to its normal
 * load. People write rules, so a low rate is enough.
 */
const CHANGES_BURST = 20;
const CHANGES_PER_S = 1 / 10;

const common = {
  path: '/mapping-overlays/:carrier',
  tag: 'Carriers',
  scope: 'accounts:write',
  params: { carrier: "The carrier's id." },
} as const;

/** A merchant's own rules for codes, which apply only to its own parcels. */
export const mappingOverlays = resource(
  { noun: 'overlay', tag: 'Carriers' },
  {
    get: {
      ...common,
      id: 'getMappingOverlay',
      method: 'GET',
      summary: "Get your rules for a carrier's codes",
      answers: { 200: { description: 'Your overlay.', schema: overlay } },
      errors: ['not_found'],
    },
    set: {
      ...common,
      id: 'setMappingOverlay',
      method: 'PUT',
      summary: "Replace your rules for a carrier's codes",
      description:
        "Your rules go before the installation's, for your parcels only, test and live. With `renormalize`, your existing parcels are read again too.",
      body: newOverlay,
      answers: { 200: { description: 'Active.', schema: storedOverlay } },
      headers: IF_MATCH,
      errors: ['not_found', 'conflict', 'precondition_failed'],
    },
    remove: {
      ...common,
      id: 'deleteMappingOverlay',
      method: 'DELETE',
      summary: "Delete your rules for a carrier's codes",
      query: removeOverlayQuery,
      answers: { 200: { description: 'Your rules are deleted.', schema: storedOverlay } },
      headers: IF_MATCH,
      errors: ['not_found', 'conflict', 'precondition_failed'],
    },
  },
  (parts: OpsParts) => {
    const { mappings, clock } = parts;
    const budget = createRateLimiter({
      name: 'mapping overlays',
      burst: CHANGES_BURST,
      perS: CHANGES_PER_S,
      clock,
    });
    const chargeBudget = (merchantId: string): void => {
      const waitS = budget.take(merchantId);
      if (waitS === 0) return;
      throw new Problem('rate_limited', 'mappings.rulesChangedTooOften', {
        retryAfterS: Math.ceil(waitS),
      });
    };
    return {
      get: async ({ tenant, param }) => {
        const { name } = parts.carrier(param('carrier'));
        const overlay = await mappings.overlay(name, tenant.merchantId);
        return overlayAnswer(name, overlay);
      },
      set: async (call) => {
        const { tenant, key, param, body } = call;
        const { name } = parts.carrier(param('carrier'));
        const { text, expected_generation: sent, renormalize, notify } = body;
        chargeBudget(tenant.merchantId);
        const stored = await mappings.overlay(name, tenant.merchantId);
        const expected = expectationOf(call.request, stored, sent);
        const order = { by: key.id, ...expected, renormalize, notify };
        return storedAnswer(await replaceOverlay(parts, name, tenant.merchantId, text, order));
      },
      remove: async (call) => {
        const { tenant, key, param, query } = call;
        const { name } = parts.carrier(param('carrier'));
        const stored = await mappings.overlay(name, tenant.merchantId);
        overlayJson(name, stored);
        chargeBudget(tenant.merchantId);
        const expected = expectationOf(call.request, stored, undefined);
        const order = { by: key.id, ...expected, renormalize: query.renormalize === 'true' };
        return storedAnswer(await replaceOverlay(parts, name, tenant.merchantId, '', order));
      },
    };
  },
);
