import { uuidV7 } from '../../../kernel/ids.ts';
import type { Clock, RandomBytes } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Keyring } from '../../../platform/sealing/sealing.ts';
import { isShortCode } from '../../../platform/sealing/short-codes.ts';
import { readLink, signLink } from '../../../platform/sealing/signed-links.ts';
import { CODE_S } from '../deliver/links-of.ts';
import { tryCode } from './subscriptions.sql.ts';

/**
 * Of a million codes; with three codes a day per phone and parcel, a guess succeeds once in 66,000.
 */
const TRIES_MAX = 5;

export interface ByCodeDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

/** A request for a code; created before anything is looked up. */
export interface CodeRequest {
  readonly id: string;
  readonly nowMs: number;
}

export function codeRequest({ clock, randomBytes }: ByCodeDeps): CodeRequest {
  const nowMs = clock.nowMs();
  return { id: uuidV7(nowMs, randomBytes(10)), nowMs };
}

/**
 * The ticket that the page holds until the code is typed in. It looks the same and takes the same
 * time whether anything was sent, so nobody learns from it which parcels or phones are known; its
 * id also contains its time.
 */
export function codeTicket({ keyring }: ByCodeDeps, { id, nowMs }: CodeRequest): string {
  const expiresAtS = Math.floor(nowMs / 1_000) + CODE_S;
  return signLink(keyring, { purpose: 'enter_code', subject: id, expiresAtS });
}

/**
 * Confirms the subscription of a code. Wrong, late, exhausted and never sent codes give the same
 * answer.
 */
export async function confirmByCode(
  { db, keyring, clock }: ByCodeDeps,
  ticket: string,
  code: string,
): Promise<boolean> {
  const nowMs = clock.nowMs();
  const verdict = readLink(keyring, ticket, nowMs);
  if (verdict.kind !== 'good' || verdict.claim.purpose !== 'enter_code') return false;
  const { subject } = verdict.claim;
  const isRight = isShortCode(keyring, subject, code);
  const limits = { triesMax: TRIES_MAX, sinceMs: nowMs - CODE_S * 1_000 };
  return (await tryCode(db.pipeline, subject, { ...limits, isRight, nowMs })) && isRight;
}
