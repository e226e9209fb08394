import { operation } from '../../kit/operation.ts';
import { wholeList } from '../../kit/paged.ts';
import {
  carrierAccount,
  carrierAccountChange,
  carrierAccountList,
  newCarrierAccount,
  verifyQuery,
} from './schema.ts';

const ID = { id: 'The account.' };

export const listAccountsOperation = operation({
  id: 'listCarrierAccounts',
  method: 'GET',
  path: '/carrier-accounts',
  tag: 'Carriers',
  summary: 'List your carrier accounts',
  scope: 'accounts:read',
  query: wholeList,
  answers: { 200: { description: 'All of them, oldest first.', schema: carrierAccountList } },
});

export const getAccountOperation = operation({
  id: 'getCarrierAccount',
  method: 'GET',
  path: '/carrier-accounts/:id',
  tag: 'Carriers',
  summary: 'Get a carrier account and its health',
  scope: 'accounts:read',
  params: ID,
  answers: { 200: { description: 'The account.', schema: carrierAccount } },
  errors: ['not_found'],
});

export const createAccountOperation = operation({
  id: 'createCarrierAccount',
  method: 'POST',
  path: '/carrier-accounts',
  tag: 'Carriers',
  summary: 'Add a carrier account',
  description:
    'With `credentials` the hub polls the carrier for your parcels; pushes to `webhook_url` reach only you. Secrets are sealed and never shown again. Credentials are checked with the carrier first: if it refuses them, the answer is 422 and nothing is stored. If it does not answer in time, they are stored as `unverified` and checked again automatically.',
  scope: 'accounts:write',
  query: verifyQuery,
  body: newCarrierAccount,
  answers: { 201: { description: 'Added.', schema: carrierAccount } },
  example: {
    carrier: 'carrier-id',
    label: 'Main warehouse',
    credentials: { client_id: 'from-the-carriers-portal', client_secret: 'from-the-same-place' },
    webhook_secrets: ['your-secret'],
  },
});

export const patchAccountOperation = operation({
  id: 'updateCarrierAccount',
  method: 'PATCH',
  path: '/carrier-accounts/:id',
  tag: 'Carriers',
  summary: 'Update a carrier account',
  description:
    'Absent members stay unchanged. New secrets apply within a second. New credentials are verified like those of a new account and used at once.',
  scope: 'accounts:write',
  query: verifyQuery,
  params: ID,
  body: carrierAccountChange,
  answers: { 200: { description: 'The changed account.', schema: carrierAccount } },
  errors: ['not_found', 'conflict'],
  example: { credentials: { client_secret: 'the-new-one' }, caps: { calls_per_day: 5000 } },
});

export const deleteAccountOperation = operation({
  id: 'deleteCarrierAccount',
  method: 'DELETE',
  path: '/carrier-accounts/:id',
  tag: 'Carriers',
  summary: 'Remove a carrier account',
  description: 'Within a second, pushes to its URL are refused and polling stops.',
  scope: 'accounts:write',
  params: ID,
  answers: { 204: { description: 'Removed.' } },
  errors: ['not_found'],
});

/** In the order in which the docs list them. */
export const carrierAccountOperations = [
  createAccountOperation,
  listAccountsOperation,
  getAccountOperation,
  patchAccountOperation,
  deleteAccountOperation,
];
