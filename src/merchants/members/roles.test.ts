import { expect, it } from 'vitest';
import { MERCHANT_SCOPES } from '../../kernel/scopes.ts';
import { ROLES, scopesOf } from './roles.ts';

it('an owner gives a key any scope, and support and analysts give none', () => {
  expect(scopesOf('owner')).toEqual(MERCHANT_SCOPES);
  expect([scopesOf('support'), scopesOf('analyst')]).toEqual([[], []]);
});

it('a developer gives a key no scope that changes parcels, deliveries, couriers or everything', () => {
  const lacks = ['shipments', 'scans', 'couriers', 'positions', 'deliveries', 'exceptions'];
  expect(MERCHANT_SCOPES.filter((scope) => !scopesOf('developer').includes(scope))).toEqual([
    ...lacks.map((each) => `${each}:write`),
    'admin',
  ]);
  expect(ROLES.every((role) => !scopesOf(role).includes('admin') || role === 'owner')).toBe(true);
});
