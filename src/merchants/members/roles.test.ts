import { expect, it } from 'vitest';
import { MERCHANT_SCOPES } from '../../kernel/scopes.ts';
import { mayDo, ROLES, type Role, scopesOf as scopesOfRights } from './roles.ts';

const scopesOf = (role: Role) => scopesOfRights({ role, power: null });

it('an operator may do everything, and one who only reads changes nothing and sees no recipients', () => {
  const writer = { role: null, power: 'write' } as const;
  const reader = { role: null, power: 'read' } as const;
  expect([mayDo(writer, 'hub:change'), mayDo(writer, 'people:see')]).toEqual([true, true]);
  expect([mayDo(reader, 'hub:see'), mayDo(reader, 'shipments:see')]).toEqual([true, true]);
  const refused = ['hub:change', 'people:see', 'shipments:change', 'members:manage'] as const;
  expect(refused.filter((needs) => mayDo(reader, needs))).toEqual([]);
  expect(ROLES.filter((role) => mayDo({ role, power: null }, 'hub:see'))).toEqual([]);
  expect(mayDo({ role: 'support', power: 'read' }, 'shipments:change')).toBe(true);
});

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
