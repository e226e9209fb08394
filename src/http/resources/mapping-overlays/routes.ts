import { Problem } from '../../../kernel/errors.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import { createRateLimiter } from '../../kit/rate-limit.ts';
import type { Route } from '../../kit/route.ts';
import type { OpsParts } from '../../operators/ops-parts.ts';
import { replaceOverlay } from '../mappings/orders.ts';
import {
  deleteMappingOverlayOperation,
  getMappingOverlayOperation,
  putMappingOverlayOperation,
} from './operations.ts';
import { expectationOf, overlayAnswer, overlayJson, storedJson } from './overlay-json.ts';

/**
 * Changes that a merchant may make at once, and how soon it may make the next: each is compiled by
 * every process, beside what it takes in. Rules are written by people.
 */
const CHANGES_BURST = 20;
const CHANGES_PER_S = 1 / 10;

/** A merchant's own rules for codes: they read its parcels and nobody else's. */
export function mappingOverlayRoutes(api: MerchantApi, parts: OpsParts): readonly Route[] {
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
    throw new Problem('rate_limited', 'Your rules have changed too often within a few minutes.', {
      retryAfterS: Math.ceil(waitS),
    });
  };
  return [
    merchantRoute(api, getMappingOverlayOperation, async ({ tenant, param }) => {
      const { name } = parts.carrier(param('carrier'));
      const overlay = await mappings.overlay(name, tenant.merchantId);
      return overlayAnswer(name, overlay);
    }),
    merchantRoute(api, putMappingOverlayOperation, async (call) => {
      const { tenant, key, param, body } = call;
      const { name } = parts.carrier(param('carrier'));
      const { text, expected_generation: sent, renormalize, notify } = body;
      spend(tenant.merchantId);
      const stored = await mappings.overlay(name, tenant.merchantId);
      const expected = expectationOf(call.request, stored, sent);
      const order = { by: key.id, ...expected, renormalize, notify };
      return storedJson(await replaceOverlay(parts, name, tenant.merchantId, text, order));
    }),
    merchantRoute(api, deleteMappingOverlayOperation, async (call) => {
      const { tenant, key, param, query } = call;
      const { name } = parts.carrier(param('carrier'));
      const stored = await mappings.overlay(name, tenant.merchantId);
      overlayJson(name, stored);
      spend(tenant.merchantId);
      const expected = expectationOf(call.request, stored, undefined);
      const order = { by: key.id, ...expected, renormalize: query.renormalize === 'true' };
      return storedJson(await replaceOverlay(parts, name, tenant.merchantId, '', order));
    }),
  ];
}
