import { createHmac } from 'node:crypto';
import { constantTimeEquals } from '../../../kernel/wire/hmac.ts';
import { type Queryable, withTransaction } from '../../../platform/database/database.ts';
import { open, seal } from '../../../platform/sealing/sealing.ts';
import { lockMembers, lockUser, membershipsOf, roleOf } from '../members.sql.ts';
import { endSignIns } from '../members.ts';
import { factorBoundTo, type MembersDeps, tokenHash } from '../members-deps.ts';
import { isOperator } from '../operators.sql.ts';
import {
  countRecoveryCodes,
  deleteFactor,
  type FactorRow,
  factorOfUser,
  lockFactor,
  merchantRequiresFactor,
  putMerchantSignIn,
  putRecoveryCodes,
  putUnconfirmed,
  setFailures,
  setStep,
  takeRecoveryCode,
} from './factors.sql.ts';
import { newTotpSecret, totpStep } from './totp.ts';

const RECOVERY_CODES = 10;
/** 60 bits, in twelve letters and digits that are hard to confuse. */
const RECOVERY_LETTERS = 'ABCDEFGHJKMNPQRSTVWXYZ0123456789';
const RECOVERY_CHARS = 12;
/**
 * An attacker who guesses already has the password: at ten guesses an hour, one in four years is
 * right.
 */
const FAILURES_MAX = 10;
const FAILURES_MS = 3_600_000;

/** An app is set up at once, so a secret that waits longer for its first code is deleted. */
const UNCONFIRMED_MS = 15 * 60_000;

/** Returns a user's second factor; null if there is none. */
export async function secondFactorOf(
  { db }: MembersDeps,
  userId: string,
): Promise<{ readonly sinceMs: number; readonly recoveryCodes: number } | null> {
  const factor = await factorOfUser(db.pipeline, userId);
  if (factor?.confirmedAtMs == null) return null;
  const recoveryCodes = await countRecoveryCodes(db.pipeline, userId);
  return { sinceMs: factor.confirmedAtMs, recoveryCodes };
}

/**
 * Creates a secret for an app, which is active once a code has shown that the app has it. Null:
 * there is an active one.
 */
export async function beginSecondFactor(deps: MembersDeps, userId: string): Promise<string | null> {
  const secret = newTotpSecret(deps.randomBytes);
  const sealed = seal(deps.keyring, Buffer.from(secret, 'ascii'), factorBoundTo(userId));
  const nowMs = deps.clock.nowMs();
  return (await putUnconfirmed(deps.db.pipeline, userId, sealed, nowMs)) ? secret : null;
}

/** Returns the secret that waits for its first code; null if there is none. */
export async function unconfirmedSecret(deps: MembersDeps, userId: string): Promise<string | null> {
  const factor = await factorOfUser(deps.db.pipeline, userId);
  const isUnconfirmed = factor !== null && awaitsFirstCode(factor, deps.clock.nowMs());
  return isUnconfirmed ? secretOf(deps, userId, factor) : null;
}

/**
 * Returns a mark that the form repeats, so that only the displayed secret can be confirmed. Pure.
 */
export function secretMark({ mailKey }: MembersDeps, userId: string, secret: string): string {
  return createHmac('sha256', mailKey).update(`set up ${userId} ${secret}`).digest('base64url');
}

/** Whether the factor's secret awaits its first code and is not too old for it. */
function awaitsFirstCode(factor: FactorRow, nowMs: number): boolean {
  return factor.confirmedAtMs === null && nowMs - factor.createdAtMs <= UNCONFIRMED_MS;
}

/**
 * Confirms a second factor; ends the user's other sessions and links. Returns the recovery codes,
 * which are shown only this once. Null: the code is wrong, or the waiting secret is not the
 * displayed one.
 *
 * @param entered.mark the {@link secretMark} of the displayed secret
 * @param exceptToken the token of the session that stays; null: none does.
 */
export async function confirmSecondFactor(
  deps: MembersDeps,
  userId: string,
  entered: { readonly code: string; readonly mark: string },
  exceptToken: string | null,
): Promise<readonly string[] | null> {
  const nowMs = deps.clock.nowMs();
  return withTransaction(deps.db.pipeline, async (tx) => {
    // A concurrent sign-in either finishes before and is ended, or comes after and needs a code.
    await lockUser(tx, userId);
    const factor = await lockFactor(tx, userId);
    if (factor === null || !awaitsFirstCode(factor, nowMs)) return null;
    const secret = secretOf(deps, userId, factor);
    if (!constantTimeEquals(entered.mark, secretMark(deps, userId, secret))) return null;
    const step = totpStep(secret, digitsOf(entered.code), nowMs);
    if (step === null) return null;
    await setStep(tx, userId, step, nowMs);
    await endSignIns(tx, userId, exceptToken === null ? null : tokenHash(exceptToken));
    return newRecoveryCodes(deps, tx, userId);
  });
}

export type CodeOutcome =
  | { readonly kind: 'right' }
  | { readonly kind: 'wrong' }
  /** There were too many wrong codes; even the right one is refused for now. */
  | { readonly kind: 'locked'; readonly retryAfterS: number };

/**
 * Checks whether a code is the app's current one, or a recovery code. Each is accepted once; after
 * ten wrong ones all are refused for an hour, in every process.
 */
export async function checkCode(
  deps: MembersDeps,
  userId: string,
  entered: string,
): Promise<CodeOutcome> {
  const nowMs = deps.clock.nowMs();
  return withTransaction(deps.db.pipeline, async (tx) => {
    const factor = await lockFactor(tx, userId);
    if (factor?.confirmedAtMs == null) return { kind: 'wrong' };
    const since = factor.failuresSinceMs;
    const isPeriodOver = since === null || nowMs - since >= FAILURES_MS;
    const failures = isPeriodOver ? 0 : factor.failures;
    if (!isPeriodOver && failures >= FAILURES_MAX) {
      return { kind: 'locked', retryAfterS: (since + FAILURES_MS - nowMs) / 1_000 };
    }
    const step = totpStep(secretOf(deps, userId, factor), digitsOf(entered), nowMs);
    if (step !== null && step > Number(factor.lastStep)) {
      await setStep(tx, userId, step, nowMs);
      return { kind: 'right' };
    }
    if (await takeRecoveryCode(tx, userId, recoveryHash(deps, userId, entered))) {
      await setFailures(tx, userId, 0, null);
      return { kind: 'right' };
    }
    await setFailures(tx, userId, failures + 1, isPeriodOver ? nowMs : since);
    return { kind: 'wrong' };
  });
}

/**
 * Returns new recovery codes, shown only this once; the older ones are invalid. Null: there is no
 * second factor.
 */
export function renewRecoveryCodes(
  deps: MembersDeps,
  userId: string,
): Promise<readonly string[] | null> {
  return withTransaction(deps.db.pipeline, async (tx) => {
    const factor = await lockFactor(tx, userId);
    return factor?.confirmedAtMs == null ? null : newRecoveryCodes(deps, tx, userId);
  });
}

/** Removes the second factor. The caller has checked a code. */
export async function dropSecondFactor({ db }: MembersDeps, userId: string): Promise<void> {
  await deleteFactor(db.pipeline, userId);
}

export type ResetOutcome = 'done' | 'not_found' | 'elsewhere';

/**
 * Removes the second factor of a member who has lost phone and codes: they sign in without it, and
 * set it up again where it is required. `elsewhere`: they are also an operator or a member of
 * another merchant, for which this owner must not decide.
 */
export function resetSecondFactor(
  { db }: MembersDeps,
  merchantId: string,
  userId: string,
): Promise<ResetOutcome> {
  return withTransaction(db.pipeline, async (tx) => {
    await lockMembers(tx, merchantId);
    if ((await roleOf(tx, userId, merchantId)) === null) return 'not_found';
    const others = (await membershipsOf(tx, userId)).length > 1;
    const isElsewhere = others || (await isOperator(tx, userId));
    if (isElsewhere) return 'elsewhere';
    await lockUser(tx, userId);
    await deleteFactor(tx, userId);
    await endSignIns(tx, userId);
    return 'done';
  });
}

/** Whether a merchant requires a second step. */
export function requiresSecondFactor({ db }: MembersDeps, merchantId: string): Promise<boolean> {
  return merchantRequiresFactor(db.pipeline, merchantId);
}

/**
 * Requires a second factor of all members from now on, or no longer; ends the sessions of those
 * without one.
 */
export function requireSecondFactor(
  { db, clock }: MembersDeps,
  merchantId: string,
  required: boolean,
): Promise<void> {
  return putMerchantSignIn(db.pipeline, merchantId, required, clock.nowMs());
}

function secretOf({ keyring }: MembersDeps, userId: string, { secret }: FactorRow): string {
  return open(keyring, secret, factorBoundTo(userId)).toString('ascii');
}

async function newRecoveryCodes(
  deps: MembersDeps,
  tx: Queryable,
  userId: string,
): Promise<readonly string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, () =>
    [...deps.randomBytes(RECOVERY_CHARS)]
      .map((byte) => RECOVERY_LETTERS.charAt(byte % RECOVERY_LETTERS.length))
      .join('')
      .replaceAll(/(.{4})(?=.)/g, '$1-'),
  );
  await putRecoveryCodes(
    tx,
    userId,
    codes.map((code) => recoveryHash(deps, userId, code)),
  );
  return codes;
}

function recoveryHash({ mailKey }: MembersDeps, userId: string, code: string): Buffer {
  const plain = code.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  return createHmac('sha256', mailKey).update(`recovery ${userId} ${plain}`).digest();
}

/** Removes the blanks of a code, which apps show in two groups. */
function digitsOf(code: string): string {
  return code.replaceAll(/\s/g, '');
}
