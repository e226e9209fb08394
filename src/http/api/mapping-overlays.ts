import { type MerchantDoor, merchantRoute } from '../merchant-route.ts';
import {
  deleteMappingOverlayOperation,
  getMappingOverlayOperation,
  putMappingOverlayOperation,
} from '../operations/mapping-overlays.ts';
import { overlayJson, storedJson } from '../ops/api/overlay-json.ts';
import { replaceOverlay } from '../ops/mapping-orders.ts';
import type { OpsParts } from '../ops/ops-parts.ts';
import type { Route } from '../route.ts';

/** A merchant's own rules for codes: they read its parcels and nobody else's. */
export function mappingOverlayRoutes(door: MerchantDoor, parts: OpsParts): readonly Route[] {
  const { mappings } = parts;
  return [
    merchantRoute(door, getMappingOverlayOperation, async ({ tenant, param }) => {
      const { name } = parts.carrier(param('carrier'));
      const overlay = await mappings.overlay(name, tenant.merchantId);
      return { status: 200, body: overlayJson(name, overlay) };
    }),
    merchantRoute(door, putMappingOverlayOperation, async ({ tenant, key, param, body }) => {
      const { name } = parts.carrier(param('carrier'));
      const { text, expected_generation: expectedGeneration, renormalize, notify } = body;
      const order = { by: key.id, expectedGeneration, renormalize, notify };
      return storedJson(await replaceOverlay(parts, name, tenant.merchantId, text, order));
    }),
    merchantRoute(door, deleteMappingOverlayOperation, async ({ tenant, key, param, query }) => {
      const { name } = parts.carrier(param('carrier'));
      overlayJson(name, await mappings.overlay(name, tenant.merchantId));
      const order = { by: key.id, renormalize: query.renormalize === 'true' };
      return storedJson(await replaceOverlay(parts, name, tenant.merchantId, '', order));
    }),
  ];
}
