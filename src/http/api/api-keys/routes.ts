import { z } from 'zod';
import { Problem } from '../../../kernel/errors.ts';
import { MERCHANT_SCOPES } from '../../../kernel/scopes.ts';
import { instant, instantOrNull } from '../../../kernel/time/time-kinds.ts';
import { text } from '../../../kernel/wire/explain-issues.ts';
import {
  type ApiKey,
  type ApiKeysDeps,
  createApiKey,
  dropApiKey,
  listApiKeys,
} from '../../../merchants/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { listPage, madeKey, pageOfAll, wholeList } from '../../kit/paged.ts';
import { resource } from '../../kit/resource.ts';

const scope = z.enum(MERCHANT_SCOPES).meta({ id: 'Scope' });

export const newApiKey = z
  .strictObject({
    name: text(100),
    scopes: z
      .array(scope)
      .min(1)
      .max(MERCHANT_SCOPES.length)
      .default(['shipments:read', 'shipments:write']),
    facility_codes: z
      .array(text(120))
      .min(1)
      .max(50)
      .optional()
      .meta({
        description:
          'Where the key may scan, for a scanner that stays at its facility; left out: everywhere. A key for one facility need not name it in each scan.',
        example: ['HAM-1'],
      }),
    mode: z
      .enum(['test', 'live'])
      .optional()
      .describe('The mode of the key used; a key creates only keys of its mode.'),
  })
  .meta({ id: 'NewApiKey' });

const common = {
  id: z.uuid(),
  name: z.string(),
  mode: z.enum(['test', 'live']),
  prefix: z.string().describe('The first characters, to identify the key.'),
  scopes: z.array(scope),
  facility_codes: z
    .array(z.string())
    .nullable()
    .describe('Where the key may scan; null: everywhere.'),
  created_at: instant,
  last_used_at: instantOrNull,
};

const apiKey = z.strictObject(common).meta({ id: 'ApiKey' });

export const createdApiKey = z
  .strictObject({
    ...common,
    key: z.string().describe('The key itself. Shown only this once.'),
  })
  .meta({ id: 'CreatedApiKey' });

export const apiKeyList = listPage(apiKey).meta({ id: 'ApiKeyList' });

/** A merchant's own keys, each in the mode of the requesting key. */
export const apiKeys = resource(
  { noun: 'API key', tag: 'API keys' },
  {
    create: {
      id: 'createApiKey',
      method: 'POST',
      path: '/api-keys',
      summary: 'Create an API key',
      description:
        'In the mode of the key used: a test key creates test keys only. The operator creates the first live key, with `waybill keys create`.',
      scope: 'admin',
      body: newApiKey,
      answers: {
        201: { description: 'Created. `key` is shown only this once.', schema: createdApiKey },
      },
      example: { name: 'shop server', scopes: ['shipments:read', 'shipments:write'] },
    },
    list: {
      id: 'listApiKeys',
      method: 'GET',
      path: '/api-keys',
      summary: 'List your API keys',
      description: 'Keys of the same mode as the key used, oldest first, without their secrets.',
      scope: 'admin',
      query: wholeList,
      answers: { 200: { description: 'All of them.', schema: apiKeyList } },
    },
    revoke: {
      id: 'deleteApiKey',
      method: 'DELETE',
      path: '/api-keys/:id',
      summary: 'Revoke an API key',
      scope: 'admin',
      answers: { 204: { description: 'Revoked with immediate effect.' } },
    },
  },
  (keys: ApiKeysDeps) => ({
    create: async ({ tenant, body }) => {
      if (body.mode !== undefined && body.mode !== tenant.mode) {
        throw new Problem('forbidden', {
          'members.keyModeMismatch': { mode: tenant.mode, mode2: body.mode },
        });
      }
      const scopes = [...new Set(body.scopes)];
      const { key, text } = await createApiKey(keys, tenant, {
        name: body.name,
        scopes,
        facilityCodes: body.facility_codes,
      });
      return { status: 201, body: { ...json(key), key: text } };
    },
    list: async ({ tenant, query }) => {
      const all = await listApiKeys(keys, tenant);
      return {
        status: 200,
        body: pageOfAll('api-keys', tenant, query, all, { key: madeKey, json }),
      };
    },
    revoke: async ({ tenant, id, found }) => {
      found(await dropApiKey(keys, tenant, id));
      return { status: 204 };
    },
  }),
);

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
