import { operation } from '../operation.ts';
import {
  carrierAccount,
  carrierAccountList,
  carrierList,
  detection,
  detectQuery,
  newCarrierAccount,
} from '../schemas/carrier.ts';

export const detectOperation = operation({
  id: 'detectCarrier',
  method: 'GET',
  path: '/detect',
  tag: 'Carriers',
  summary: 'Whose number is this?',
  scope: 'shipments:read',
  query: detectQuery,
  answers: { 200: { description: 'Candidates, perhaps none.', schema: detection } },
});

export const listCarriersOperation = operation({
  id: 'listCarriers',
  method: 'GET',
  path: '/carriers',
  tag: 'Carriers',
  summary: 'Carriers of this installation',
  scope: 'shipments:read',
  answers: { 200: { description: 'All of them, by id.', schema: carrierList } },
});

export const listAccountsOperation = operation({
  id: 'listCarrierAccounts',
  method: 'GET',
  path: '/carrier-accounts',
  tag: 'Carriers',
  summary: 'Your accounts with carriers',
  scope: 'accounts:read',
  answers: { 200: { description: 'All of them, oldest first.', schema: carrierAccountList } },
});

export const createAccountOperation = operation({
  id: 'createCarrierAccount',
  method: 'POST',
  path: '/carrier-accounts',
  tag: 'Carriers',
  summary: 'Add an account',
  description:
    'What the carrier pushes to `webhook_url` reaches only you. Secrets are sealed and never shown again.',
  scope: 'accounts:write',
  body: newCarrierAccount,
  answers: { 201: { description: 'Added.', schema: carrierAccount } },
  example: { carrier: 'carrier-id', label: 'Main warehouse', webhook_secrets: ['your-secret'] },
});

export const deleteAccountOperation = operation({
  id: 'deleteCarrierAccount',
  method: 'DELETE',
  path: '/carrier-accounts/:id',
  tag: 'Carriers',
  summary: 'Remove an account',
  description: 'Pushes to its address are refused within a second.',
  scope: 'accounts:write',
  params: { id: 'The account.' },
  answers: { 204: { description: 'Removed.' } },
  errors: ['not_found'],
});

/** In the order in which the docs list them. */
export const carrierOperations = [
  detectOperation,
  listCarriersOperation,
  createAccountOperation,
  listAccountsOperation,
  deleteAccountOperation,
];
