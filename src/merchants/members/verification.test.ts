import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  addProvider,
  changePassword,
  checkCode,
  checkPassword,
  connect,
  findIdentity,
  findInvitation,
  findProvider,
  findSignInLink,
  type IdentityProvider,
  invite,
  join,
  joinByProvider,
  listActions,
  listMembers,
  makeSignInLink,
  memberOf,
  membershipsOfUser,
  noteVerified,
  openMemberSession,
  pendingOf,
  secondFactorOf,
  useSignInLink,
  verifyByOperator,
} from '../index.ts';
import { openTestMembers, type TestMembers } from './test-members.ts';

const SQUATTERS = 'the password of a squatter';
const OWN = 'four words are enough';

let members: TestMembers;
/** The squatter's merchant, and the one that the victim works for. */
let theirs: string;
let ours: string;
let index = 0;
let email = '';

beforeAll(async () => {
  members = await openTestMembers();
  theirs = await members.merchant('theirs');
  ours = await members.merchant('ours');
});
afterAll(() => members?.close());
beforeEach(() => {
  index += 1;
  email = `ceo-${index}@victim.example`;
  members.clock.advance(3_600_000);
});

const said = (password: string) => ({ email: '', name: 'Carla Ceo', password });

async function joined(token: string, password: string, replaces = false) {
  const outcome = await join(members, token, { ...said(password), replaces });
  if (outcome.kind !== 'joined') throw new Error(JSON.stringify(outcome));
  return outcome;
}

/** Invites the victim and accepts by the link on the screen, with a second step of the squatter's. */
async function squat() {
  const { token } = await invite(members, theirs, { email, role: 'support' });
  const { userId, password } = await joined(token, SQUATTERS);
  const factor = await members.secondFactor(userId);
  const tenant = { merchantId: theirs, mode: 'test' as const };
  const who = { userId, password, way: { kind: 'password' as const } };
  const through = await openMemberSession(members, { ...who, isThrough: true }, tenant);
  const half = await openMemberSession(members, { ...who, isThrough: false }, tenant);
  if (through === null || half === null) throw new Error('no session');
  return { userId, password, factor, session: through.token, half: half.token, tenant };
}

async function provider(merchantId: string): Promise<IdentityProvider> {
  const wanted = { name: 'Company', issuer: `https://login-${index}.example`, clientId: 'waybill' };
  const id = await addProvider(members, merchantId, wanted);
  const found = await findProvider(members, id ?? '');
  if (found === null) throw new Error('no provider');
  return found;
}

const isVerified = async (merchantId: string) =>
  (await listMembers(members, merchantId)).find(({ person }) => person.email === email)?.isVerified;

it('an invitation link shown on screen leaves the address unverified, and a mailed one verifies it', async () => {
  const shown = await invite(members, theirs, { email, role: 'support' });
  await joined(shown.token, OWN);
  expect(await isVerified(theirs)).toBe(false);
  email = `mailed-${email}`;
  const mailed = await invite(members, theirs, { email, role: 'support' });
  expect(mailed.mailedToken).not.toBe(mailed.token);
  await joined(mailed.mailedToken, OWN);
  expect(await isVerified(theirs)).toBe(true);
  // Either link uses the invitation up.
  expect(await findInvitation(members, mailed.token)).toBeNull();
});

it('the holder of a mailed invitation takes a squatted account over, and the squatter keeps nothing', async () => {
  const squatter = await squat();
  const idp = await provider(theirs);
  const session = { userId: squatter.userId, token: squatter.session };
  const account = { subject: 'squatter', email: null };
  expect(await connect(members, idp, session, account)).toBe('done');
  const link = await makeSignInLink(members, email);

  const { mailedToken } = await invite(members, ours, { email, role: 'owner' });
  expect(await findInvitation(members, mailedToken)).toMatchObject({ mayReplace: true });
  const holder = await joined(mailedToken, OWN, true);
  expect(holder).toMatchObject({ userId: squatter.userId, verified: 'replaced' });
  expect(await isVerified(ours)).toBe(true);

  expect(await checkPassword(members, email, SQUATTERS)).toBeNull();
  expect((await checkPassword(members, email, OWN))?.memberships).toHaveLength(2);
  expect([
    await memberOf(members, squatter.session),
    await pendingOf(members, squatter.half),
  ]).toEqual([null, null]);
  expect(await secondFactorOf(members, squatter.userId)).toBeNull();
  expect(await checkCode(members, squatter.userId, squatter.factor.codes[0] ?? '')).toEqual({
    kind: 'wrong',
  });
  expect(await findIdentity(members, idp, account)).toBeNull();
  expect(await findSignInLink(members, link?.token ?? '')).toBeNull();
  // Nor does a sign-in that the squatter began before open a session now.
  const who = { userId: squatter.userId, password: squatter.password, isThrough: true };
  const late = { ...who, way: { kind: 'password' as const } };
  expect(await openMemberSession(members, late, squatter.tenant)).toBeNull();
  const people = await listMembers(members, ours);
  expect(people.find(({ userId }) => userId === squatter.userId)?.person.name).toBe('Carla Ceo');
});

it('a link on screen never replaces a password, and neither does a mailed one of a verified account', async () => {
  await squat();
  const shown = await invite(members, ours, { email, role: 'owner' });
  expect(await findInvitation(members, shown.token)).toMatchObject({ mayReplace: false });
  const wrong = { kind: 'fault', reason: 'members.wrongPassword' };
  expect(await join(members, shown.token, { ...said(OWN), replaces: true })).toEqual(wrong);
  await joined(shown.mailedToken, OWN, true);
  const third = await members.merchant('third');
  const again = await invite(members, third, { email, role: 'owner' });
  expect(await findInvitation(members, again.mailedToken)).toMatchObject({ mayReplace: false });
  const other = { ...said('another good password'), replaces: true };
  expect(await join(members, again.mailedToken, other)).toEqual(wrong);
  expect(await checkPassword(members, email, OWN)).not.toBeNull();
});

it('somebody who knows their password keeps it and the second step when mail verifies the address', async () => {
  const own = await squat();
  const { mailedToken } = await invite(members, ours, { email, role: 'owner' });
  expect(await joined(mailedToken, SQUATTERS)).toMatchObject({ verified: 'kept' });
  expect(await isVerified(ours)).toBe(true);
  expect(await secondFactorOf(members, own.userId)).not.toBeNull();
  expect(await memberOf(members, own.session)).not.toBeNull();
});

it('a mailed sign-in link asks whose password it is, and replaces it only on request', async () => {
  const squatter = await squat();
  const { token = '' } = (await makeSignInLink(members, email)) ?? {};
  expect(await findSignInLink(members, token)).toEqual({ mayReplace: true, email });
  expect(await useSignInLink(members, token, null)).toEqual({ kind: 'unclaimed' });
  const guess = { kind: 'keep' as const, password: OWN };
  expect(await useSignInLink(members, token, guess)).toEqual({ kind: 'wrong' });
  expect(await memberOf(members, squatter.session)).not.toBeNull();
  const replace = { kind: 'replace' as const };
  const both = await Promise.all([1, 2].map(() => useSignInLink(members, token, replace)));
  expect(both.map(({ kind }) => kind).sort()).toEqual(['gone', 'used']);
  expect(await isVerified(theirs)).toBe(true);
  expect(await checkPassword(members, email, SQUATTERS)).toBeNull();
  expect(await memberOf(members, squatter.session)).toBeNull();
  expect(await secondFactorOf(members, squatter.userId)).toBeNull();
});

it('a sign-in link of a verified account never ends its password or second step', async () => {
  const { mailedToken } = await invite(members, ours, { email, role: 'owner' });
  const { userId } = await joined(mailedToken, OWN);
  await members.secondFactor(userId);
  const { token = '' } = (await makeSignInLink(members, email)) ?? {};
  const used = await useSignInLink(members, token, { kind: 'replace' });
  expect(used).toMatchObject({ kind: 'used', verified: null });
  expect(await secondFactorOf(members, userId)).not.toBeNull();
  expect(await checkPassword(members, email, OWN)).not.toBeNull();
});

it('a concurrent password change has no effect when the account is taken over', async () => {
  const squatter = await squat();
  const session = await memberOf(members, squatter.session);
  if (session === null) throw new Error('no session');
  const { mailedToken } = await invite(members, ours, { email, role: 'owner' });
  const slow = {
    ...members,
    passwords: {
      ...members.passwords,
      // The holder takes the account over while the squatter's new password is hashed.
      async hash(password: string) {
        await joined(mailedToken, OWN, true);
        return members.passwords.hash(password);
      },
    },
  };
  const change = { current: SQUATTERS, next: 'the squatter comes back' };
  expect(await changePassword(slow, session, change)).toBe('members.wrongCurrentPassword');
  expect(await checkPassword(members, email, 'the squatter comes back')).toBeNull();
  expect(await checkPassword(members, email, OWN)).not.toBeNull();
});

it('a concurrent connection is not made when the account is taken over', async () => {
  const squatter = await squat();
  const idp = await provider(theirs);
  const { mailedToken } = await invite(members, ours, { email, role: 'owner' });
  await joined(mailedToken, OWN, true);
  const session = { userId: squatter.userId, token: squatter.session };
  const account = { subject: 'squatter', email };
  expect(await connect(members, idp, session, account)).toBe('no_member');
});

it('a provider that has verified the address verifies it, on joining and on connecting', async () => {
  const idp = await provider(theirs);
  const account = { subject: 'ceo', email, name: 'Carla' };
  const { token } = await invite(members, theirs, { email, role: 'support' });
  expect(await joinByProvider(members, idp, token, account)).toMatchObject({ kind: 'joined' });
  expect(await isVerified(theirs)).toBe(true);
  // So a mailed sign-in link asks nothing, and replaces nothing.
  const link = await makeSignInLink(members, email);
  expect(await findSignInLink(members, link?.token ?? '')).toMatchObject({ mayReplace: false });

  for (const [says, verified] of [
    [null, false],
    ['else@victim.example', false],
    ['own', true],
  ] as const) {
    email = `connects-${says?.slice(0, 3)}-${index}@victim.example`;
    const shown = await invite(members, theirs, { email, role: 'support' });
    const { userId, password } = await joined(shown.token, OWN);
    const tenant = { merchantId: theirs, mode: 'test' as const };
    const way = { kind: 'password' as const };
    const who = { userId, password, way, isThrough: true };
    const session = await openMemberSession(members, who, tenant);
    const mail = says === 'own' ? email.toUpperCase() : says;
    await connect(
      members,
      idp,
      { userId, token: session?.token ?? '' },
      { subject: email, email: mail },
    );
    expect([says, await isVerified(theirs)]).toEqual([says, verified]);
  }
});

it('a merchant’s own provider holds an address against no other merchant, and takes no account over', async () => {
  // A squatter’s provider claims whatever its owner wants.
  const idp = await provider(theirs);
  const account = { subject: 'squatter', email, name: 'Squatter' };
  const { token } = await invite(members, theirs, { email, role: 'support' });
  const squatted = await joinByProvider(members, idp, token, account);
  if (squatted.kind !== 'joined') throw new Error(squatted.kind);
  await members.secondFactor(squatted.userId);
  const { mailedToken } = await invite(members, ours, { email, role: 'owner' });
  expect(await findInvitation(members, mailedToken)).toMatchObject({ mayReplace: true });
  expect(await joined(mailedToken, OWN, true)).toMatchObject({ verified: 'replaced' });
  expect(await secondFactorOf(members, squatted.userId)).toBeNull();
  expect(await findIdentity(members, idp, account)).toBeNull();
  // An unverified account of ours is not theirs by their provider’s word.
  email = `ours-${email}`;
  const own = await invite(members, ours, { email, role: 'owner' });
  const { userId } = await joined(own.token, OWN);
  const lure = await invite(members, theirs, { email, role: 'support' });
  const claimed = await joinByProvider(members, idp, lure.token, { ...account, email });
  expect(claimed.kind).toBe('known');
  expect(await membershipsOfUser(members, userId)).toHaveLength(1);
});

it('an operator verifies an address, and with replace ends what a stranger set up', async () => {
  const { userId, session } = await squat();
  expect(await verifyByOperator(members, 'nobody@victim.example', { replace: false })).toEqual({
    kind: 'unknown',
  });
  const verified = await verifyByOperator(members, ` ${email.toUpperCase()}`, { replace: false });
  expect(verified).toEqual({ kind: 'verified', userId });
  expect(await verifyByOperator(members, email, { replace: false })).toMatchObject({
    kind: 'already',
  });
  expect(await memberOf(members, session)).not.toBeNull();
  expect(await isVerified(theirs)).toBe(true);
  const replaced = await verifyByOperator(members, email, { replace: true });
  expect(replaced).toEqual({ kind: 'replaced', userId });
  expect(await memberOf(members, session)).toBeNull();
  expect(await checkPassword(members, email, SQUATTERS)).toBeNull();
  expect(await secondFactorOf(members, userId)).toBeNull();
  const link = await makeSignInLink(members, email);
  expect(await useSignInLink(members, link?.token ?? '', null)).toMatchObject({ kind: 'used' });
});

it('every merchant of the member reads in its audit how the address was verified', async () => {
  const { userId } = await squat();
  const { mailedToken } = await invite(members, ours, { email, role: 'owner' });
  await joined(mailedToken, OWN, true);
  await noteVerified(members, userId, { by: 'operator', replaced: true });
  for (const merchantId of [ours, theirs]) {
    const [newest] = await listActions(members, merchantId, { limit: 1 });
    expect(newest).toMatchObject({
      action: 'verifyMemberAddress',
      who: { kind: 'operator' },
      subject: `by operator, password and second step replaced ${userId}`,
    });
  }
});
