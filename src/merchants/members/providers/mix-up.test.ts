import { afterAll, beforeAll, expect, it } from 'vitest';
import { invite } from '../invitations.ts';
import { openTestMembers, type TestMembers } from '../test-members.ts';
import { newFlow, openFlow, sealFlow, takeFlow } from './flow.ts';
import { type Account, findIdentity, joinByProvider } from './identities.ts';
import { addProvider, findProvider, type IdentityProvider, removeProvider } from './providers.ts';

/** One merchant's provider, or its owner, tries to be somebody at another's. */
let members: TestMembers;
let ours: string;
let theirs: string;
let own: IdentityProvider;
let foreign: IdentityProvider;

const ISSUER = 'https://login.example';
const anna: Account = { subject: 'u-1', email: 'anna@shop.example', name: 'Anna' };

async function provider(merchantId: string, issuer = ISSUER): Promise<IdentityProvider> {
  const id = await addProvider(members, merchantId, { name: 'Company', issuer, clientId: 'hub' });
  const found = await findProvider(members, id ?? '');
  if (found === null) throw new Error('no provider');
  return found;
}

beforeAll(async () => {
  members = await openTestMembers();
  ours = await members.merchant('ours');
  theirs = await members.merchant('theirs');
  own = await provider(ours);
  foreign = await provider(theirs);
  const { token } = await invite(members, ours, { email: anna.email ?? '', role: 'owner' });
  expect((await joinByProvider(members, own, token, anna)).kind).toBe('joined');
});
afterAll(() => members?.close());

it('the same issuer and subject at another merchant is unknown, and so is every similar subject', async () => {
  expect(await findIdentity(members, own, anna)).not.toBeNull();
  expect(await findIdentity(members, foreign, anna)).toBeNull();
  for (const subject of ['U-1', 'u-1 ', ' u-1', 'u-1\u0000', 'u‐1', 'u-1\n', '', 'u-1","x']) {
    expect([subject, await findIdentity(members, own, { subject })]).toEqual([subject, null]);
  }
  // With a provider that claims to be the other one's.
  const crossed = { ...foreign, merchantId: own.merchantId, issuer: own.issuer };
  expect(await findIdentity(members, crossed, anna)).toBeNull();
});

it('an invitation of one merchant is not accepted by another’s provider, whatever address it verifies', async () => {
  const email = 'bea@shop.example';
  const { token, mailedToken } = await invite(members, ours, { email, role: 'owner' });
  const bea = { subject: 'u-2', email, name: 'Bea' };
  for (const each of [token, mailedToken]) {
    expect((await joinByProvider(members, foreign, each, bea)).kind).toBe('gone');
  }
  for (const claimed of [null, 'bea@shop.example.evil.example', 'bea@other.example']) {
    const said = { ...bea, email: claimed };
    expect((await joinByProvider(members, own, token, said)).kind).toBe('other_mail');
  }
  // A subject that is connected already makes nobody else a member.
  const results = { ...bea, subject: anna.subject };
  expect((await joinByProvider(members, own, token, results)).kind).toBe('taken');
  expect((await joinByProvider(members, own, token, bea)).kind).toBe('joined');
});

it('a provider that is removed and added again with the same issuer has no connected accounts', async () => {
  const issuer = 'https://second.example';
  const first = await provider(ours, issuer);
  const email = 'cleo@shop.example';
  const { token } = await invite(members, ours, { email, role: 'analyst' });
  const cleo = { subject: 'u-3', email, name: 'Cleo' };
  expect((await joinByProvider(members, first, token, cleo)).kind).toBe('joined');
  expect(await removeProvider(members, ours, first.id)).toBe(true);
  const again = await provider(ours, issuer);
  expect(await findIdentity(members, again, cleo)).toBeNull();
  expect(await findIdentity(members, first, cleo)).toBeNull();
});

it('a flow comes back once, in time, unchanged, and never as another provider’s or another hub’s', async () => {
  const flow = newFlow(members, own.id, { kind: 'sign-in', next: '/console' });
  const secrets = [flow.state, flow.nonce, flow.verifier];
  expect(new Set(secrets).size).toBe(3);
  const sealed = sealFlow(members, flow);
  // The browser's cookie reveals neither nonce nor verifier.
  const plain = Buffer.from(sealed, 'base64url').toString('latin1');
  for (const secret of secrets) expect(plain).not.toContain(secret);
  expect(openFlow(members, sealed)).toEqual(flow);
  const bytes = Buffer.from(sealed, 'base64url');
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(openFlow(members, changed.toString('base64url'))).toBeNull();
  }
  const stranger = await openTestMembers('another hub');
  try {
    expect(openFlow(stranger, sealed)).toBeNull();
  } finally {
    await stranger.close();
  }
  const results = await Promise.all([1, 2, 3].map(() => takeFlow(members, flow)));
  expect(results.filter(Boolean)).toHaveLength(1);
  members.clock.advance(15 * 60_000);
  expect(openFlow(members, sealed)).toBeNull();
});
