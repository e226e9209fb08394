import { type AccountEventDeps, changeAccount } from '../account-events.ts';
import { lockState, saveHealth } from '../account-state.sql.ts';
import type { AccountState } from '../account-state.ts';
import type { Health } from './health.ts';

type Known = Pick<AccountState, 'accountId' | 'health' | 'healthReason'>;

/** Keeps the account's health and tells a change of it: of its state, or of the quotas that are near. */
export async function tellHealth(
  deps: AccountEventDeps,
  known: Known,
  label: string,
  health: Health,
): Promise<void> {
  if (isTold(known, health)) return;
  await changeAccount(deps, known.accountId, async (tx, nowMs) => {
    const state = await lockState(tx, known.accountId);
    if (state === null || isTold(state, health)) return null;
    await saveHealth(tx, state.accountId, { ...health, sinceMs: nowMs });
    return {
      type: 'carrier_account.health_changed',
      account: { ...state, id: state.accountId, label },
      state: health.state,
      previousState: state.health,
      reason: health.reason,
    };
  });
}

function isTold(known: Known, { state, reason }: Health): boolean {
  if (known.health !== state) return false;
  return state !== 'quota_near' || known.healthReason === reason;
}
