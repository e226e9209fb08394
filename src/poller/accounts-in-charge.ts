import type { Accounts } from '../intake/index.ts';
import { groupText, type TargetGroup } from './due/target.ts';

/**
 * Which account asks for a merchant's parcels of a carrier: the oldest that holds credentials. A
 * second one would be asked for the same parcels with another budget, and news would seem to come
 * twice.
 */
export async function accountInCharge(
  accounts: Pick<Accounts, 'pollable'>,
  group: TargetGroup,
): Promise<string | null> {
  return (await accountsInCharge(accounts)).get(groupText(group)) ?? null;
}

/** The same for every group at once. */
export async function accountsInCharge(
  accounts: Pick<Accounts, 'pollable'>,
): Promise<ReadonlyMap<string, string>> {
  const inCharge = new Map<string, string>();
  const oldestFirst = [...(await accounts.pollable())].sort(
    (one, other) => one.createdAtMs - other.createdAtMs || (one.id < other.id ? -1 : 1),
  );
  for (const account of oldestFirst) {
    const group = groupText(account);
    if (!inCharge.has(group)) inCharge.set(group, account.id);
  }
  return inCharge;
}
