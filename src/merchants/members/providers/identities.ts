import type { Tenant } from '../../../kernel/tenant.ts';
import { withTransaction } from '../../../platform/database/database.ts';
import { findInvitation } from '../invitations.ts';
import { deleteInvitation, invitationByToken } from '../mailed-links.sql.ts';
import {
  insertUser,
  lockMembers,
  lockUser,
  putMembership,
  roleOf,
  setVerified,
  userById,
} from '../members.sql.ts';
import {
  type MembersDeps,
  mailHash,
  newId,
  normalEmail,
  openPerson,
  sealPerson,
  subjectHash,
  tokenHash,
  userBoundTo,
} from '../members-deps.ts';
import { memberSession } from '../sessions.sql.ts';
import { unusablePassword } from '../verification.ts';
import { connectionsOf, deleteIdentity, memberByIdentity, putIdentity } from './identities.sql.ts';
import type { IdentityProvider } from './providers.ts';

/** An account of a provider, as the provider describes it. */
export interface Account {
  /** The account's id, which never changes and is unique at the provider. */
  readonly subject: string;
  /** Only set if the provider says that it has verified the address. */
  readonly email: string | null;
  readonly name: string | null;
}

type ProviderRef = Pick<IdentityProvider, 'id' | 'merchantId' | 'issuer'>;

/** Returns the member connected to the account, with their password's hash; null if there is none. */
export async function findIdentity(
  deps: MembersDeps,
  provider: ProviderRef,
  { subject }: Pick<Account, 'subject'>,
): Promise<{ readonly userId: string; readonly password: string; readonly tenant: Tenant } | null> {
  const hash = subjectHash(deps, provider, subject);
  const row = await memberByIdentity(deps.db.pipeline, provider.id, hash);
  if (row === null) return null;
  const { userId, password, merchantId, mode } = row;
  return { userId, password, tenant: { merchantId, mode } };
}

export type ConnectOutcome = 'done' | 'taken' | 'no_member';

/**
 * Connects this account to a member. `taken`: it is another member's. If the account's verified
 * address is the member's own, it verifies that address.
 *
 * @param token of the member's session, which must still be open
 */
export function connect(
  deps: MembersDeps,
  provider: ProviderRef,
  { userId, token }: { readonly userId: string; readonly token: string },
  { subject, email }: Pick<Account, 'subject' | 'email'>,
): Promise<ConnectOutcome> {
  const { id: providerId, merchantId } = provider;
  const hash = subjectHash(deps, provider, subject);
  const nowMs = deps.clock.nowMs();
  return withTransaction(deps.db.pipeline, async (tx) => {
    // Take the same lock as member removal, so we never link an identity to a removed member.
    await lockMembers(tx, merchantId);
    if ((await roleOf(tx, userId, merchantId)) === null) return 'no_member';
    await lockUser(tx, userId);
    // The holder of the address may have replaced the account's credentials meanwhile.
    const session = await memberSession(tx, tokenHash(token) ?? Buffer.alloc(0), nowMs);
    const user = await userById(tx, userId);
    if (session?.userId !== userId || user === null) return 'no_member';
    const identity = { providerId, subjectHash: hash, userId, merchantId };
    if (!(await putIdentity(tx, identity, nowMs))) return 'taken';
    const own = openPerson(deps, user.personal, userBoundTo(userId)).email;
    if (email !== null && normalEmail(email) === normalEmail(own)) {
      await setVerified(tx, userId, 'provider', nowMs);
    }
    return 'done';
  });
}

/**
 * Disconnects a member's account and ends all sessions opened with it. False: it was not connected.
 */
export function disconnect(
  { db }: Pick<MembersDeps, 'db'>,
  { merchantId }: Pick<Tenant, 'merchantId'>,
  providerId: string,
  userId: string,
): Promise<boolean> {
  return withTransaction(db.pipeline, (tx) => deleteIdentity(tx, merchantId, providerId, userId));
}

/** A provider that a member could sign in with. */
export interface Connection {
  readonly providerId: string;
  readonly name: string;
  readonly issuer: string;
  /** Null: they have not connected it. */
  readonly sinceMs: number | null;
}

export async function listConnections(
  { db }: Pick<MembersDeps, 'db'>,
  merchantId: string,
  userId: string,
): Promise<readonly Connection[]> {
  const rows = await connectionsOf(db.pipeline, merchantId, userId);
  return rows.map(({ id, name, issuer, connectedAtMs: at }) => ({
    providerId: id,
    name,
    issuer,
    sinceMs: at,
  }));
}

export type JoinedByProvider =
  | {
      readonly kind: 'joined';
      readonly userId: string;
      /** The hash of a password that nobody knows. */
      readonly password: string;
      readonly tenant: Tenant;
      readonly role: string;
    }
  /**
   * `gone`: the link was used, withdrawn, or is too old; `other_mail`: the provider has not
   * verified the invited address; `known`: the address has an account here, which needs its
   * password; `taken`: the account is another member's.
   */
  | { readonly kind: 'gone' | 'other_mail' | 'known' | 'taken' };

const NAME_CHARS_MAX = 100;

/**
 * Accepts an invitation with an account whose address the provider has verified and which is the
 * invited one. Only for new users: a merchant's own provider could claim any identity.
 */
export async function joinByProvider(
  deps: MembersDeps,
  provider: ProviderRef,
  token: string,
  account: Account,
): Promise<JoinedByProvider> {
  const invitation = await findInvitation(deps, token);
  const hash = tokenHash(token);
  const { merchantId } = provider;
  if (invitation === null || hash === null || invitation.merchantId !== merchantId) {
    return { kind: 'gone' };
  }
  const { email, isKnown } = invitation;
  if (email === null || account.email === null) return { kind: 'other_mail' };
  if (normalEmail(email) !== normalEmail(account.email)) return { kind: 'other_mail' };
  if (isKnown) return { kind: 'known' };
  const userId = newId(deps);
  const password = unusablePassword(deps);
  const person = { email: normalEmail(email), name: nameOf(account.name, email) };
  const personal = sealPerson(deps, person, userBoundTo(userId));
  const nowMs = deps.clock.nowMs();
  try {
    return await withTransaction(deps.db.pipeline, async (tx): Promise<JoinedByProvider> => {
      // Locked before the invitation: the same order as when a member is removed.
      await lockMembers(tx, merchantId);
      const row = await invitationByToken(tx, hash, nowMs);
      if (row === null || row.personal === null) return { kind: 'gone' };
      const user = { id: userId, personal, password, verifiedBy: 'provider' as const };
      const isMade = await insertUser(tx, {
        ...user,
        mailHash: mailHash(deps, email),
        createdAtMs: nowMs,
      });
      if (!isMade) return { kind: 'known' };
      await putMembership(tx, { userId, merchantId, role: row.role }, nowMs);
      await deleteInvitation(tx, merchantId, row.id);
      const subject = subjectHash(deps, provider, account.subject);
      const identity = { providerId: provider.id, subjectHash: subject, userId, merchantId };
      if (!(await putIdentity(tx, identity, nowMs))) throw new IdentityInUse();
      const tenant = { merchantId, mode: 'test' as const };
      return { kind: 'joined', userId, password, tenant, role: row.role };
    });
  } catch (error) {
    if (error instanceof IdentityInUse) return { kind: 'taken' };
    throw error;
  }
}

/** Thrown to roll the transaction back: the provider's account is another member's. */
class IdentityInUse extends Error {
  override readonly name = 'IdentityInUse';
}

/** Returns the account's name, shortened; if it has none, the local part of the address. */
function nameOf(accountName: string | null, email: string): string {
  const name = (accountName ?? '').replaceAll(/\p{Cc}+/gu, ' ').trim();
  return [...(name === '' ? (email.split('@')[0] ?? '') : name)].slice(0, NAME_CHARS_MAX).join('');
}
