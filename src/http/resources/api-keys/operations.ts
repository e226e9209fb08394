import { operation } from '../../kit/operation.ts';
import { wholeList } from '../../kit/paged.ts';
import { apiKeyList, createdApiKey, newApiKey } from './schema.ts';

export const listApiKeysOperation = operation({
  id: 'listApiKeys',
  method: 'GET',
  path: '/api-keys',
  tag: 'API keys',
  summary: 'Your keys',
  description: "Those of the asking key's mode, oldest first, without the keys themselves.",
  scope: 'admin',
  query: wholeList,
  answers: { 200: { description: 'All of them.', schema: apiKeyList } },
});

export const createApiKeyOperation = operation({
  id: 'createApiKey',
  method: 'POST',
  path: '/api-keys',
  tag: 'API keys',
  summary: 'Make a key',
  description:
    "Of the asking key's own mode: a test key makes test keys only. The first live key comes from the operator, by `waybill keys create`.",
  scope: 'admin',
  body: newApiKey,
  answers: { 201: { description: 'Made; `key` is shown this once.', schema: createdApiKey } },
  example: { name: 'shop server', scopes: ['shipments:read', 'shipments:write'] },
});

export const deleteApiKeyOperation = operation({
  id: 'deleteApiKey',
  method: 'DELETE',
  path: '/api-keys/:id',
  tag: 'API keys',
  summary: 'Revoke a key',
  scope: 'admin',
  params: { id: 'The key.' },
  answers: { 204: { description: 'Revoked at once.' } },
  errors: ['not_found'],
});

/** In the order in which the docs list them. */
export const apiKeyOperations = [
  createApiKeyOperation,
  listApiKeysOperation,
  deleteApiKeyOperation,
];
