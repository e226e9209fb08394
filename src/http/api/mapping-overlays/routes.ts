import { Problem } from '../../../kernel/errors.ts';
import { createRateLimiter } from '../../kit/rate-limit.ts';
import { resource } from '../../kit/resource.ts';
import { replaceOverlay } from '../mappings/orders.ts';
import {
  IF_MATCH,
  newOverlay,
  overlay,
  removeOverlayQuery,
  storedOverlay,
} from '../mappings/schema.ts';
import type { OpsParts } from '../ops/ops-parts.ts';
import { expectationOf, overlayAnswer, overlayJson, storedJson } from './overlay-json.ts';

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
    const spend = (merchantId: string): void => {
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
        spend(tenant.merchantId);
        const stored = await mappings.overlay(name, tenant.merchantId);
        const expected = expectationOf(call.request, stored, sent);
        const order = { by: key.id, ...expected, renormalize, notify };
        return storedJson(await replaceOverlay(parts, name, tenant.merchantId, text, order));
      },
      remove: async (call) => {
        const { tenant, key, param, query } = call;
        const { name } = parts.carrier(param('carrier'));
        const stored = await mappings.overlay(name, tenant.merchantId);
        overlayJson(name, stored);
        spend(tenant.merchantId);
        const expected = expectationOf(call.request, stored, undefined);
        const order = { by: key.id, ...expected, renormalize: query.renormalize === 'true' };
        return storedJson(await replaceOverlay(parts, name, tenant.merchantId, '', order));
      },
    };
  },
);
