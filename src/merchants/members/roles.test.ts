import { expect, it } from 'vitest';
import { isRole, type MemberPower, mayDo, ROLES } from './roles.ts';

it.each<[MemberPower, readonly string[]]>([
  ['members:manage', ['owner']],
  ['actions:see', ['owner']],
  ['keys:manage', ['owner', 'developer']],
  ['webhooks:manage', ['owner', 'developer']],
  ['settings:manage', ['owner', 'developer']],
  ['shipments:change', ['owner', 'support']],
  ['people:see', ['owner', 'support', 'developer']],
])('%s is for %s and no other role', (power, allowed) => {
  expect(ROLES.filter((role) => mayDo(role, power))).toEqual(allowed);
});

it('a role is one of the known names, spelt exactly', () => {
  expect(['owner', 'Owner', 'admin', '', '__proto__'].filter(isRole)).toEqual(['owner']);
});
