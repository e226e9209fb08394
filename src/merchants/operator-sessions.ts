import { createHash } from 'node:crypto';
import { uuidV7 } from '../kernel/ids.ts';
import { withTransaction } from '../platform/database/database.ts';
import type { ApiKeysDeps } from './api-keys.ts';
import { deleteSession, insertSession, keyOfSession } from './operator-sessions.sql.ts';
import type { ApiKey } from './tenants.sql.ts';

/** A working day: an operator who leaves the console open overnight has to sign in again. */
export const SESSION_MS = 12 * 3_600_000;
/** How many browsers can be signed in with one key at once; the oldest is signed out. */
const SESSIONS_MAX = 20;
const TOKEN_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/**
 * Signs a key in; the token is the cookie's text, returned only here and stored only as its hash.
 */
export async function openSession(deps: ApiKeysDeps, key: Pick<ApiKey, 'id'>): Promise<string> {
  const token = Buffer.from(deps.randomBytes(TOKEN_BYTES)).toString('base64url');
  const nowMs = deps.clock.nowMs();
  const session = {
    id: uuidV7(nowMs, deps.randomBytes(10)),
    tokenHash: hashOf(token),
    apiKeyId: key.id,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + SESSION_MS,
  };
  await withTransaction(deps.db.pipeline, (tx) => insertSession(tx, session, SESSIONS_MAX));
  return token;
}

/** Returns the key that is signed in; null if the token is unknown or no longer valid. */
export async function sessionKey(deps: ApiKeysDeps, token: string): Promise<ApiKey | null> {
  if (!TOKEN.test(token)) return null;
  return keyOfSession(deps.db.pipeline, hashOf(token), deps.clock.nowMs());
}

export async function closeSession(deps: ApiKeysDeps, token: string): Promise<void> {
  if (TOKEN.test(token)) await deleteSession(deps.db.pipeline, hashOf(token));
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}
