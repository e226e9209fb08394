import type { Logger } from '../../platform/observability/log.ts';
import { type AccountEventDeps, changeAccount } from '../accounts/events.ts';
import { lockState, saveHealth } from '../accounts/state.sql.ts';
import type { AccountState, HealthState, Trouble } from '../accounts/state.ts';
import { whySilent } from '../bridges/silence.ts';
import type { AccountLimits, WindowLimit } from '../budget/limits.ts';

export interface ReportHealthDeps extends AccountEventDeps {
  readonly log: Logger;
}

/** The states in which nothing polls with the account, so that an operator has to know. */
const FAILING: ReadonlySet<HealthState> = new Set([
  'failing_credentials',
  'missing_scope',
  'rate_limited',
  'unreachable',
  'degraded',
]);

type KnownHealth = Pick<AccountState, 'accountId' | 'health' | 'healthReason'>;

/**
 * Stores the account's health. Changes of its state, or of which quotas are near their limit, go to
 * the event log; the server log gets one line for a failure and one for the recovery. The reason is
 * the adapter's sentence about an answer and contains no credential.
 */
export async function reportHealth(
  deps: ReportHealthDeps,
  known: KnownHealth,
  label: string,
  health: Health,
): Promise<void> {
  if (isUnchanged(known, health)) return;
  const changed = { from: known.health, carrier: '' };
  const isChange = await changeAccount(deps, known.accountId, async (tx, nowMs) => {
    const state = await lockState(tx, known.accountId);
    if (state === null || isUnchanged(state, health)) return null;
    await saveHealth(tx, state.accountId, { ...health, sinceMs: nowMs });
    Object.assign(changed, { from: state.health, carrier: state.carrier });
    return {
      type: 'carrier_account.health_changed',
      account: { ...state, id: state.accountId, label },
      state: health.state,
      previousState: state.health,
      reason: health.reason,
    };
  });
  if (!isChange) return;
  const { state, reason } = health;
  const fields = { account: known.accountId, carrier: changed.carrier, health: state, reason };
  if (FAILING.has(state)) deps.log.warn(fields, 'a carrier account is unusable');
  else if (FAILING.has(changed.from)) deps.log.info(fields, 'a carrier account has recovered');
}

/** Whether this health was reported already. A new reason is a change only for quotas. */
function isUnchanged(known: KnownHealth, { state, reason }: Health): boolean {
  if (known.health !== state) return false;
  return state !== 'quota_near' || known.healthReason === reason;
}

/**
 * The share of a limit at which the merchant is warned, and the share it must have stayed below for
 * the whole window to end the warning. A plan that spends its budget crosses any single mark many
 * times.
 */
const QUOTA_NEAR = { from: 0.8, until: 0.6 };

interface Health {
  readonly state: HealthState;
  /** One sentence for people; it never contains a secret. */
  readonly reason: string;
}

/** The calls in each of an account's windows, in the order of its limits. */
export interface QuotaUse {
  /** The calls in the window that ends now. */
  readonly now: readonly number[];
  /**
   * The most calls in a window that ended at any time of the last stretch as long as the window.
   */
  readonly peak: readonly number[];
}

/** Derives the state of an account from the results of its calls. Pure. */
export function healthOf(
  state: Pick<AccountState, 'health' | 'healthReason' | 'lastOkAtMs'>,
  trouble: Trouble | null,
  limits: AccountLimits,
  used: QuotaUse,
): Health {
  if (trouble !== null) return { state: trouble.state, reason: trouble.reason };
  const near = limits.windows.filter((limit, index) => {
    return isReportedNear(state, limit)
      ? (used.peak[index] ?? 0) >= limit.calls * QUOTA_NEAR.until
      : (used.now[index] ?? 0) >= limit.calls * QUOTA_NEAR.from;
  });
  if (near.length > 0) {
    const quotas = near.map(describeLimit).join(' and of ');
    return { state: 'quota_near', reason: `${QUOTA_NEAR.from * 100}% of ${quotas} were used` };
  }
  return state.lastOkAtMs === null ? IDLE : OK;
}

const IDLE: Health = { state: 'idle', reason: 'not used yet' };
/** The health of an account without trouble. */
export const OK: Health = { state: 'ok', reason: 'calls are answered' };

/** The time after which a bridge without answers is degraded. */
const UNANSWERED_MS = 30 * 60_000;

/**
 * Returns the health of an account with a bridge: `degraded` once it has had no usable answer for a
 * while, or has brought no update for longer than usual. Pure.
 */
export function healthOfBridge(
  known: Pick<AccountState, 'health' | 'healthSinceMs' | 'silence'>,
  health: Health,
  nowMs: number,
): Health {
  const silence = whySilent(known.silence);
  if (silence !== null && !FAILING.has(health.state)) return { state: 'degraded', reason: silence };
  if (health.state !== 'unreachable' && health.state !== 'rate_limited') return health;
  const isLong = FAILING.has(known.health) && nowMs - known.healthSinceMs >= UNANSWERED_MS;
  if (!isLong && known.health !== 'degraded') return health;
  const reason = `without answers for more than ${UNANSWERED_MS / 60_000} min: ${health.reason}`;
  return { state: 'degraded', reason };
}

/**
 * Whether a window is already reported as near its limit: the stored reason names those that are.
 * So each window is reported once and cleared once.
 */
function isReportedNear(
  { health, healthReason }: Pick<AccountState, 'health' | 'healthReason'>,
  limit: WindowLimit,
): boolean {
  return health === 'quota_near' && healthReason.includes(describeLimit(limit));
}

function describeLimit({ calls, window }: WindowLimit): string {
  return `the ${calls} calls per ${window}`;
}
