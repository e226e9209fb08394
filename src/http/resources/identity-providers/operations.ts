import { operation } from '../../kit/operation.ts';
import { wholeList } from '../../kit/paged.ts';
import {
  identityProvider,
  identityProviderList,
  newIdentityProvider,
  patchIdentityProvider,
} from './schema.ts';

const TAG = 'Identity providers';
const ID = { id: 'The identity provider.' };

export const createIdentityProviderOperation = operation({
  id: 'createIdentityProvider',
  method: 'POST',
  path: '/identity-providers',
  tag: TAG,
  summary: 'Add an identity provider for single sign-on',
  description:
    'By OpenID Connect. The provider is the merchant’s, in both modes: only a live key adds, changes or removes one.',
  scope: 'admin',
  body: newIdentityProvider,
  answers: { 201: { description: 'Added.', schema: identityProvider } },
  errors: ['conflict'],
  example: { name: 'Company account', issuer: 'https://login.example.com' },
});

export const listIdentityProvidersOperation = operation({
  id: 'listIdentityProviders',
  method: 'GET',
  path: '/identity-providers',
  tag: TAG,
  summary: 'List your identity providers',
  description: 'Oldest first.',
  scope: 'admin',
  query: wholeList,
  answers: { 200: { description: 'All of them.', schema: identityProviderList } },
});

export const getIdentityProviderOperation = operation({
  id: 'getIdentityProvider',
  method: 'GET',
  path: '/identity-providers/:id',
  tag: TAG,
  summary: 'Get an identity provider',
  scope: 'admin',
  params: ID,
  answers: { 200: { description: 'The identity provider.', schema: identityProvider } },
  errors: ['not_found'],
});

export const patchIdentityProviderOperation = operation({
  id: 'updateIdentityProvider',
  method: 'PATCH',
  path: '/identity-providers/:id',
  tag: TAG,
  summary: 'Update an identity provider',
  scope: 'admin',
  params: ID,
  body: patchIdentityProvider,
  answers: { 200: { description: 'The changed identity provider.', schema: identityProvider } },
  errors: ['not_found'],
  example: { client_id: 'waybill', client_secret: 'from-the-provider' },
});

export const deleteIdentityProviderOperation = operation({
  id: 'deleteIdentityProvider',
  method: 'DELETE',
  path: '/identity-providers/:id',
  tag: TAG,
  summary: 'Remove an identity provider',
  description: 'Whoever signed in with it is signed out.',
  scope: 'admin',
  params: ID,
  answers: { 204: { description: 'Removed.' } },
  errors: ['not_found'],
});

/** In the order in which the docs list them. */
export const identityProviderOperations = [
  createIdentityProviderOperation,
  listIdentityProvidersOperation,
  getIdentityProviderOperation,
  patchIdentityProviderOperation,
  deleteIdentityProviderOperation,
];
