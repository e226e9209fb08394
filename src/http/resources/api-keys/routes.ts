import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import {
  type ApiKey,
  type ApiKeysDeps,
  createApiKey,
  dropApiKey,
  listApiKeys,
} from '../../../merchants/index.ts';
import { iso } from '../../../tracking/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import { madeKey, pageOfAll } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import {
  createApiKeyOperation,
  deleteApiKeyOperation,
  listApiKeysOperation,
} from './operations.ts';

/** A merchant's own keys, each in the mode of the key that asks. */
export function apiKeyRoutes(api: MerchantApi, keys: ApiKeysDeps): readonly Route[] {
  return [
    merchantRoute(api, listApiKeysOperation, async ({ tenant, query }) => {
      const all = await listApiKeys(keys, tenant);
      return {
        status: 200,
        body: pageOfAll('api-keys', tenant, query, all, { key: madeKey, json }),
      };
    }),
    merchantRoute(api, createApiKeyOperation, async ({ tenant, body }) => {
      if (body.mode !== undefined && body.mode !== tenant.mode) {
        throw new Problem(
          'forbidden',
          `A ${tenant.mode} key creates ${tenant.mode} keys only; ask the operator for the first ${body.mode} key.`,
        );
      }
      const scopes = [...new Set(body.scopes)];
      const { key, text } = await createApiKey(keys, tenant, {
        ...{ name: body.name, scopes },
        facilityCodes: body.facility_codes,
      });
      return { status: 201, body: { ...json(key), key: text } };
    }),
    merchantRoute(api, deleteApiKeyOperation, async ({ tenant, param }) => {
      const id = param('id');
      if (isUuid(id) && (await dropApiKey(keys, tenant, id))) return { status: 204 };
      throw new Problem('not_found', 'There is no such key.');
    }),
  ];
}

function json(key: ApiKey) {
  return {
    id: key.id,
    name: key.name,
    mode: key.mode,
    prefix: key.prefix,
    scopes: key.scopes,
    facility_codes: key.facilityCodes,
    created_at: iso(key.createdAtMs),
    last_used_at: iso(key.lastUsedAtMs),
  };
}
