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
  summary: 'Your accounts with carriers',
  scope: 'accounts:read',
  query: wholeList,
  answers: { 200: { description: 'All of them, oldest first.', schema: carrierAccountList } },
});

export const getAccountOperation = operation({
  id: 'getCarrierAccount',
  method: 'GET',
  path: '/carrier-accounts/:id',
  tag: 'Carriers',
  summary: 'One account and how it fares',
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
  summary: 'Add an account',
  description:
    'With `credentials` we ask the carrier about your parcels; what it pushes to `webhook_url` reaches only you. All of it is sealed and never shown again. Credentials are shown to the carrier first: what it refuses is answered 422 and not stored; where it does not answer in time they are stored `unverified` and it is asked again by itself.',
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
  summary: 'Rotate credentials, cap calls, rename',
  description:
    'What is absent stays. New secrets count within a second; new credentials are verified as those of a new account, and tried at once.',
  scope: 'accounts:write',
  query: verifyQuery,
  params: ID,
  body: carrierAccountChange,
  answers: { 200: { description: 'The account as it is now.', schema: carrierAccount } },
  errors: ['not_found', 'conflict'],
  example: { credentials: { client_secret: 'the-new-one' }, caps: { calls_per_day: 5000 } },
});

export const deleteAccountOperation = operation({
  id: 'deleteCarrierAccount',
  method: 'DELETE',
  path: '/carrier-accounts/:id',
  tag: 'Carriers',
  summary: 'Remove an account',
  description: 'Pushes to its address are refused within a second, and nothing more is asked.',
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
