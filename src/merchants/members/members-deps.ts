import { createHash, createHmac } from 'node:crypto';
import { z } from 'zod';
import { uuidV7 } from '../../kernel/ids.ts';
import { type Keyring, open, reseal, seal } from '../../platform/sealing/sealing.ts';
import type { ApiKeysDeps } from '../api-keys.ts';
import type { Passwords } from './passwords.ts';

export interface MembersDeps extends ApiKeysDeps {
  readonly keyring: Keyring;
  /** The key with which addresses are hashed; see `MEMBERS_KEY`. */
  readonly mailKey: Uint8Array;
  readonly passwords: Passwords;
}

/** The id of the installation's key for members' addresses. */
export const MEMBERS_KEY = 'members';

/** A user's address and name. */
export interface Person {
  readonly email: string;
  readonly name: string;
}

const person = z.object({ email: z.string(), name: z.string() });
const TOKEN_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

export const userBoundTo = (id: string): string => `users.personal ${id}`;
export const invitationBoundTo = (id: string): string => `member_invitations.personal ${id}`;

export const providerBoundTo = (id: string): string => `identity_providers.client_secret ${id}`;

export const factorBoundTo = (id: string): string => `member_factors.secret ${id}`;

export function sealPerson({ keyring }: MembersDeps, who: Person, boundTo: string): Buffer {
  return seal(keyring, Buffer.from(JSON.stringify(who), 'utf8'), boundTo);
}

export function openPerson(
  { keyring }: Pick<MembersDeps, 'keyring'>,
  sealed: Buffer,
  boundTo: string,
): Person {
  return person.parse(JSON.parse(open(keyring, sealed, boundTo).toString('utf8')));
}

/** Returns the form in which addresses identify accounts; counters by address must use it too. */
export function normalEmail(text: string): string {
  return text.trim().normalize('NFKC').toLowerCase();
}

export function mailHash({ mailKey }: Pick<MembersDeps, 'mailKey'>, email: string): Buffer {
  return createHmac('sha256', mailKey).update(normalEmail(email)).digest();
}

export function newId({ clock, randomBytes }: Pick<MembersDeps, 'clock' | 'randomBytes'>): string {
  return uuidV7(clock.nowMs(), randomBytes(10));
}

export function newToken({ randomBytes }: Pick<MembersDeps, 'randomBytes'>): string {
  return Buffer.from(randomBytes(TOKEN_BYTES)).toString('base64url');
}

/**
 * Returns the stored form of the provider's account id, which does not reveal the person to a
 * reader of the table.
 */
export function subjectHash(
  { mailKey }: MembersDeps,
  { merchantId, issuer }: { readonly merchantId: string; readonly issuer: string },
  subject: string,
): Buffer {
  const text = JSON.stringify(['subject', merchantId, issuer, subject]);
  return createHmac('sha256', mailKey).update(text).digest();
}

/** Returns the hash of a token; null for a text that cannot be one. */
export function tokenHash(token: string): Buffer | null {
  return TOKEN.test(token) ? createHash('sha256').update(token, 'utf8').digest() : null;
}

const id = [{ name: 'id', type: 'uuid' }] as const;

/** The sealed columns of members and their providers. */
export const MEMBERS_SEALED = [
  {
    table: 'users',
    column: 'personal',
    key: id,
    reseal: (keyring: Keyring, sealed: Uint8Array, [of = '']: readonly string[]) =>
      reseal(keyring, sealed, userBoundTo(of)),
  },
  {
    table: 'member_invitations',
    column: 'personal',
    key: id,
    reseal: (keyring: Keyring, sealed: Uint8Array, [of = '']: readonly string[]) =>
      reseal(keyring, sealed, invitationBoundTo(of)),
  },
  {
    table: 'member_factors',
    column: 'secret',
    key: [{ name: 'user_id', type: 'uuid' }] as const,
    reseal: (keyring: Keyring, sealed: Uint8Array, [of = '']: readonly string[]) =>
      reseal(keyring, sealed, factorBoundTo(of)),
  },
  {
    table: 'identity_providers',
    column: 'client_secret',
    key: id,
    reseal: (keyring: Keyring, sealed: Uint8Array, [of = '']: readonly string[]) =>
      reseal(keyring, sealed, providerBoundTo(of)),
  },
];
