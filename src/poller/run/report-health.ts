import type { Logger } from '../../platform/observability/log.ts';
import { type AccountEventDeps, changeAccount } from '../accounts/events.ts';
import { lockState, saveHealth } from '../accounts/state.sql.ts';
import type { AccountState, HealthState } from '../accounts/state.ts';
import type { Health } from './health.ts';

export interface ReportHealthDeps extends AccountEventDeps {
  readonly log: Logger;
}

/** The states in which nothing polls with the account, so that an operator has to know. */
const FAILING: ReadonlySet<HealthState> = new Set([
  'failing_credentials',
  'missing_scope',
  'rate_limited',
  'unreachable',
]);

type Known = Pick<AccountState, 'accountId' | 'health' | 'healthReason'>;

/**
 * Stores the account's health and reports changes, of its state or of the quotas near their limit,
 * in the event log; our own log gets its failure and its recovery, once each. The reason is the
 * adapter's sentence about an answer and contains no credential.
 */
export async function reportHealth(
  deps: ReportHealthDeps,
  known: Known,
  label: string,
  health: Health,
): Promise<void> {
  if (isAnnounced(known, health)) return;
  const changed = { from: known.health, carrier: '' };
  const isChange = await changeAccount(deps, known.accountId, async (tx, nowMs) => {
    const state = await lockState(tx, known.accountId);
    if (state === null || isAnnounced(state, health)) return null;
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
  if (FAILING.has(state)) deps.log.warn(fields, 'a carrier account cannot be used at present');
  else if (FAILING.has(changed.from)) deps.log.info(fields, 'a carrier account is used again');
}

function isAnnounced(known: Known, { state, reason }: Health): boolean {
  if (known.health !== state) return false;
  return state !== 'quota_near' || known.healthReason === reason;
}
