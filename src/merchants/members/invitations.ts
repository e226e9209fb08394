import type { ErrorText } from '../../kernel/errors.ts';
import { type Queryable, withTransaction } from '../../platform/database/database.ts';
import { FIRST_MERCHANT } from '../api-keys.ts';
import { ensureMerchant } from '../tenants.sql.ts';
import {
  deleteFirstInvitations,
  deleteInvitation,
  deleteOldInvitations,
  type InvitationRow,
  insertInvitation,
  invitationByToken,
  invitationsOf,
  type OpenedInvitationRow,
} from './mailed-links.sql.ts';
import {
  hasUsers,
  insertUser,
  lockMembers,
  lockUser,
  putMembership,
  roleOf,
  setPersonal,
  setVerified,
  type UserRow,
  userById,
  userByMail,
} from './members.sql.ts';
import {
  invitationBoundTo,
  type MembersDeps,
  mailHash,
  newId,
  newToken,
  normalEmail,
  openPerson,
  sealPerson,
  tokenHash,
  userBoundTo,
} from './members-deps.ts';
import { passwordFault } from './passwords.ts';
import type { Role } from './roles.ts';
import { isReplaceable, replaceCredentials } from './verification.ts';

export const INVITED_DAYS = 7;
const INVITED_MS = INVITED_DAYS * 86_400_000;
/** Short, because the person who starts the hub is reading its log now. */
export const FIRST_OWNER_MS = 15 * 60_000;

export interface Invitation {
  readonly id: string;
  readonly merchantId: string;
  readonly merchant: string;
  readonly role: Role;
  /** Null: the invited person enters it. */
  readonly email: string | null;
  /** The user who invited them; null: none did. */
  readonly invitedBy: string | null;
  readonly expiresAtMs: number;
}

/**
 * Invites somebody; tokens go into links and are stored only as hashes. The inviter sees `token`,
 * so it proves nothing about the address. `mailedToken` must be sent to the address alone: its use
 * verifies the address.
 */
export async function invite(
  deps: MembersDeps,
  merchantId: string,
  wanted: { readonly email: string; readonly role: Role },
  /**
   * The user who invites; null: the first key. A user's invitations end when they are no longer an
   * owner.
   */
  invitedBy: string | null = null,
): Promise<{
  readonly id: string;
  readonly token: string;
  readonly mailedToken: string;
  readonly expiresAtMs: number;
}> {
  const { email, role } = wanted;
  const person = { email: email.trim(), name: '' };
  return createInvitation(deps, { merchantId, role, person, invitedBy, validForMs: INVITED_MS });
}

/**
 * Creates the invitation for the first owner of the first merchant; null if somebody can sign in
 * already. Those created by other processes and earlier starts stay valid until there is an owner.
 */
export async function inviteFirstOwner(deps: MembersDeps): Promise<string | null> {
  if (await hasUsers(deps.db.pipeline)) return null;
  const merchant = await ensureMerchant(deps.db.pipeline, { id: newId(deps), ...FIRST_MERCHANT });
  const role = 'owner' as const;
  const wanted = { merchantId: merchant.id, role, person: null, invitedBy: null };
  return (await createInvitation(deps, { ...wanted, validForMs: FIRST_OWNER_MS })).token;
}

async function createInvitation(
  deps: MembersDeps,
  wanted: {
    readonly merchantId: string;
    readonly role: Role;
    readonly person: { readonly email: string; readonly name: string } | null;
    readonly invitedBy: string | null;
    readonly validForMs: number;
  },
) {
  const { merchantId, role, person, invitedBy, validForMs } = wanted;
  const token = newToken(deps);
  const mailedToken = newToken(deps);
  const hash = tokenHash(token);
  if (hash === null) throw new Error('a new token is malformed');
  const id = newId(deps);
  const nowMs = deps.clock.nowMs();
  const expiresAtMs = nowMs + validForMs;
  await deleteOldInvitations(deps.db.pipeline, nowMs);
  await insertInvitation(deps.db.pipeline, {
    id,
    tokenHash: hash,
    merchantId,
    role,
    invitedBy,
    nowMs,
    expiresAtMs,
    personal: person && sealPerson(deps, person, invitationBoundTo(id)),
    mailedTokenHash: person && tokenHash(mailedToken),
  });
  return { id, token, mailedToken, expiresAtMs };
}

/** An opened invitation, as its page shows it. */
export interface OpenedInvitation extends Invitation {
  /** Whether the address already has an account here. */
  readonly isKnown: boolean;
  /**
   * Whether the account's credentials may be replaced: the link was mailed, and the account's
   * address is unverified.
   */
  readonly mayReplace: boolean;
}

/** Returns the invitation that a link opens; null if it is no longer valid. */
export async function findInvitation(
  deps: MembersDeps,
  token: string,
): Promise<OpenedInvitation | null> {
  const { pipeline } = deps.db;
  const hash = tokenHash(token);
  const row = hash && (await invitationByToken(pipeline, hash, deps.clock.nowMs()));
  if (row === null) return null;
  const invitation = toInvitation(deps, row);
  const { email } = invitation;
  const known = email === null ? null : await userByMail(pipeline, mailHash(deps, email));
  const mayReplace = known !== null && (await mayReplaceCredentials(pipeline, row, known));
  return { ...invitation, isKnown: known !== null, mayReplace };
}

/** Whether the link that opened the invitation may replace the user's credentials. */
async function mayReplaceCredentials(
  db: Queryable,
  invitation: OpenedInvitationRow,
  user: UserRow,
): Promise<boolean> {
  if (!invitation.isMailed) return false;
  const isMember = (await roleOf(db, user.id, invitation.merchantId)) !== null;
  return isReplaceable(user, isMember ? 'sign_in_link' : 'invitation');
}

function toInvitation(deps: MembersDeps, row: InvitationRow): Invitation {
  const { id, merchantId, merchant, role, personal, invitedBy, expiresAtMs } = row;
  const email = personal && openPerson(deps, personal, invitationBoundTo(id)).email;
  return { id, merchantId, merchant, role, email, invitedBy, expiresAtMs };
}

export async function listInvitations(
  deps: MembersDeps,
  merchantId: string,
): Promise<readonly Invitation[]> {
  const rows = await invitationsOf(deps.db.pipeline, merchantId, deps.clock.nowMs());
  return rows.map((row) => toInvitation(deps, row));
}

/** Withdraws an invitation; false if there is none with this id. */
export function withdrawInvitation(
  { db }: Pick<MembersDeps, 'db'>,
  merchantId: string,
  id: string,
): Promise<boolean> {
  return deleteInvitation(db.pipeline, merchantId, id);
}

export type JoinOutcome =
  | {
      readonly kind: 'joined';
      readonly userId: string;
      readonly merchantId: string;
      /** The hash of their password. */
      readonly password: string;
      /** What the link has done to the account's address; null: nothing. */
      readonly verified: 'kept' | 'replaced' | null;
    }
  /** The link was used, withdrawn, or has expired. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'fault'; readonly reason: ErrorText };

const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,189}$/;
const NAME_CHARS_MAX = 100;

interface JoinForm {
  readonly email: string;
  readonly name: string;
  readonly password: string;
  /** Whether a stranger created the account, so that these credentials must replace its own. */
  readonly replaces?: boolean;
}

/**
 * Accepts an invitation, which uses up the link. A new user chooses a password. An existing user
 * enters theirs, because the link alone gives no access to the account, unless it was mailed and
 * the account's address is unverified.
 */
export async function join(deps: MembersDeps, token: string, form: JoinForm): Promise<JoinOutcome> {
  const found = await findInvitation(deps, token);
  const hash = tokenHash(token);
  if (found === null || hash === null) return { kind: 'gone' };
  const email = (found.email ?? form.email).trim();
  const known = await userByMail(deps.db.pipeline, mailHash(deps, email));
  const replaces = form.replaces === true && found.mayReplace;
  const isNew = known === null || replaces;
  const fault = isNew ? formFault({ ...form, email }) : null;
  if (fault !== null) return { kind: 'fault', reason: fault };
  if (!isNew && !(await deps.passwords.matches(form.password, known.password))) {
    return { kind: 'fault', reason: 'members.wrongPassword' };
  }
  const id = known?.id ?? newId(deps);
  const password = isNew ? await deps.passwords.hash(form.password) : known.password;
  return withTransaction(deps.db.pipeline, async (tx) => {
    // Locked before the invitation: the same order as when a member is removed.
    await lockMembers(tx, found.merchantId);
    const nowMs = deps.clock.nowMs();
    const row = await invitationByToken(tx, hash, nowMs);
    // The link for the first owner is invalid once there is one.
    if (row === null || (row.personal === null && (await hasUsers(tx)))) return { kind: 'gone' };
    const person = { email: normalEmail(email), name: form.name.trim() };
    const personal = () => sealPerson(deps, person, userBoundTo(id));
    let verified: 'kept' | 'replaced' | null = null;
    if (known === null) {
      const verifiedBy = row.isMailed ? ('mail' as const) : null;
      const user = { id, personal: personal(), password, verifiedBy };
      const made = await insertUser(tx, {
        ...user,
        mailHash: mailHash(deps, email),
        createdAtMs: nowMs,
      });
      if (!made) return { kind: 'gone' };
    } else {
      await lockUser(tx, id);
      const now = await userById(tx, id);
      // The user was removed, or got another password, after this one was entered.
      if (now?.password !== known.password) return { kind: 'gone' };
      if (replaces) {
        if (!(await mayReplaceCredentials(tx, row, now))) return { kind: 'gone' };
        await replaceCredentials(tx, id, { password, by: 'mail', nowMs });
        await setPersonal(tx, id, personal());
        verified = 'replaced';
      } else if (row.isMailed && (await setVerified(tx, id, 'mail', nowMs))) verified = 'kept';
    }
    const { merchantId, role } = row;
    // An old link changes nothing about an existing membership.
    if ((await roleOf(tx, id, merchantId)) === null) {
      await putMembership(tx, { userId: id, merchantId, role }, nowMs);
    }
    if (row.personal === null) await deleteFirstInvitations(tx);
    else await deleteInvitation(tx, merchantId, row.id);
    return { kind: 'joined', userId: id, merchantId, password, verified };
  });
}

/** Returns the reason why a new user's input is not acceptable, or null if it is. */
function formFault({ email, name, password }: JoinForm): ErrorText | null {
  if (!EMAIL.test(email)) return 'members.enterEmailAddress';
  if (/\p{Cc}/u.test(name)) return 'members.nameOnOneLine';
  const { length } = [...name.trim()];
  if (length === 0) return 'members.enterName';
  if (length > NAME_CHARS_MAX) return { 'members.nameTooLong': { limit: NAME_CHARS_MAX } };
  return passwordFault(password, email);
}
