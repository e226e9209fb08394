import { operation } from '../../kit/operation.ts';
import { wholeList } from '../../kit/paged.ts';
import { apiKeyList, createdApiKey, newApiKey } from './schema.ts';

export const listApiKeysOperation = operation({
  id: 'listApiKeys',
  method: 'GET',
  path: '/api-keys',
  tag: 'API keys',
  summary: 'List your API keys',
  description: 'Keys of the same mode as the key used, oldest first, without their secrets.',
  scope: 'admin',
  query: wholeList,
  answers: { 200: { description: 'All of them.', schema: apiKeyList } },
});

export const createApiKeyOperation = operation({
  id: 'createApiKey',
  method: 'POST',
  path: '/api-keys',
  tag: 'API keys',
  summary: 'Create an API key',
  description:
    'In the mode of the key used: a test key creates test keys only. The operator creates the first live key, with `waybill keys create`.',
  scope: 'admin',
  body: newApiKey,
  answers: {
    201: { description: 'Created. `key` is shown only this once.', schema: createdApiKey },
  },
  example: { name: 'shop server', scopes: ['shipments:read', 'shipments:write'] },
});

export const deleteApiKeyOperation = operation({
  id: 'deleteApiKey',
  method: 'DELETE',
  path: '/api-keys/:id',
  tag: 'API keys',
  summary: 'Revoke an API key',
  scope: 'admin',
  params: { id: 'The key.' },
  answers: { 204: { description: 'Revoked with immediate effect.' } },
  errors: ['not_found'],
});

/** In the order in which the docs list them. */
export const apiKeyOperations = [
  createApiKeyOperation,
  listApiKeysOperation,
  deleteApiKeyOperation,
];
