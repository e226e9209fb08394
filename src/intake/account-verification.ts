import type { ErrorText } from '../kernel/errors.ts';
import { issueText, textOf } from '../kernel/wire/explain-issues.ts';
import type { AccountRow, VerificationState } from './accounts.sql.ts';

/** The verification state of an account's credentials: the carrier's verdict, and since when. */
export interface Verification {
  readonly state: VerificationState;
  /** The reason as a part of a sentence, never a secret; null if there is none. */
  readonly reason: ErrorText | null;
  readonly atMs: number;
  /** When the carrier is asked again; null: not automatically. */
  readonly nextAtMs: number | null;
}

/** The carrier's verdict on credentials. */
export type CredentialVerdict =
  | { readonly state: 'verified' }
  | { readonly state: 'refused'; readonly reason: ErrorText }
  | {
      readonly state: 'unverified';
      readonly reason: ErrorText;
      /**
       * Seconds after which to ask again; null means never automatically; absent means with growing
       * pauses.
       */
      readonly retryAfterS?: number | null;
    };

export const NOT_VERIFIED_YET: CredentialVerdict = {
  state: 'unverified',
  reason: 'accounts.notCheckedYet',
  retryAfterS: 0,
};

type VerificationColumns = Pick<
  AccountRow,
  'verification' | 'verificationReason' | 'verificationAtMs' | 'verifyAtMs' | 'verifyTries'
>;

/**
 * Pauses before asking again: a carrier that is down is back within minutes mostly, and within a
 * day nearly always.
 */
const PAUSES_S = [30, 120, 600, 3_600, 21_600];

/**
 * Longest time that a carrier's own "not before" is respected: a mistaken one must not end the
 * verification.
 */
const PAUSE_S_MAX = 86_400;

/** Limit of the column, far above the number of tries in a year. */
const TRIES_MAX = 30_000;

/**
 * Returns an account's columns after a verdict. The time changes only with the state, so it says
 * since when the state has applied. Pure.
 *
 * @param before null for new credentials, which have no earlier state.
 */
export function afterVerdict(
  before: VerificationColumns | null,
  verdict: CredentialVerdict,
  nowMs: number,
): VerificationColumns {
  const tries = Math.min((before?.verifyTries ?? 0) + 1, TRIES_MAX);
  const isSame = before !== null && before.verification === verdict.state;
  return {
    verification: verdict.state,
    verificationReason: verdict.state === 'verified' ? null : issueText(verdict.reason),
    verificationAtMs: isSame ? before.verificationAtMs : nowMs,
    verifyAtMs: nextVerificationAtMs(verdict, tries, nowMs),
    verifyTries: verdict.state === 'unverified' ? tries : 0,
  };
}

/** Returns the verification state of an account; null without credentials. */
export function verificationOf(row: AccountRow): Verification | null {
  if (row.credentials === null) return null;
  return {
    state: row.verification,
    reason: row.verificationReason === null ? null : textOf(row.verificationReason),
    atMs: row.verificationAtMs,
    nextAtMs: row.verifyAtMs,
  };
}

/** When to verify the credentials again; null: not automatically. */
function nextVerificationAtMs(
  verdict: CredentialVerdict,
  tries: number,
  nowMs: number,
): number | null {
  if (verdict.state !== 'unverified' || verdict.retryAfterS === null) return null;
  const pauseS = PAUSES_S[Math.min(tries, PAUSES_S.length) - 1] ?? 0;
  const { retryAfterS } = verdict;
  const waitS = retryAfterS === undefined ? pauseS : Math.min(retryAfterS, PAUSE_S_MAX);
  return nowMs + waitS * 1_000;
}
