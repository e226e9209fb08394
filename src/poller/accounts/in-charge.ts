import type { Accounts, PollableAccount } from '../../intake/index.ts';
import { groupText, type TargetGroup } from '../due/target.ts';

interface Source {
  pollable(of?: TargetGroup): ReturnType<Accounts['pollable']>;
}

/** The account that polls a group's parcels, and why it was chosen. */
export interface AccountInCharge extends TargetGroup {
  readonly id: string;
  readonly createdAtMs: number;
  /** One sentence that explains the choice. */
  readonly why: string;
  /** Whether it was chosen over an account of the built-in sandbox. */
  readonly isOverSandbox: boolean;
}

/**
 * Which account polls a merchant's parcels of a carrier: the oldest that has credentials, with the
 * carrier's own test system before the built-in sandbox. A second one would poll the same parcels
 * with another budget, and updates would seem to arrive twice.
 */
export async function accountInCharge(
  accounts: Source,
  group: TargetGroup,
): Promise<AccountInCharge | null> {
  return chooseByGroup(await accounts.pollable(group)).get(groupText(group)) ?? null;
}

/** Returns the account in charge of every group. */
export async function accountsInCharge(
  accounts: Source,
): Promise<ReadonlyMap<string, AccountInCharge>> {
  return chooseByGroup(await accounts.pollable());
}

/**
 * Returns the accounts that poll: those in charge. When an older account is disabled, the next one
 * appears here as new and is scheduled at once: nothing else would signal that it takes over.
 */
export async function accountsToAsk(accounts: Source): Promise<readonly PollableAccount[]> {
  const all = await accounts.pollable();
  const chosen = new Set([...chooseByGroup(all).values()].map(({ id }) => id));
  return all.filter(({ id }) => chosen.has(id));
}

/**
 * Chooses the account that polls each group of numbers; a group without a suitable one is left out.
 */
export function chooseByGroup(
  all: readonly PollableAccount[],
): ReadonlyMap<string, AccountInCharge> {
  const groups = new Map<string, PollableAccount[]>();
  for (const account of all) {
    const group = groupText(account);
    const known = groups.get(group);
    if (known === undefined) groups.set(group, [account]);
    else known.push(account);
  }
  const inCharge = new Map<string, AccountInCharge>();
  for (const [group, candidates] of groups) {
    const chosen = choose(candidates);
    if (chosen !== null) inCharge.set(group, chosen);
  }
  return inCharge;
}

/** Chooses one of a group's accounts; null if there are none. Pure. */
function choose(candidates: readonly PollableAccount[]): AccountInCharge | null {
  const real = candidates.filter(({ environment }) => environment !== 'sandbox');
  const preferred = real.length > 0 ? real : candidates;
  const [first] = [...preferred].sort(
    (one, other) => one.createdAtMs - other.createdAtMs || (one.id < other.id ? -1 : 1),
  );
  if (first === undefined) return null;
  const isOverSandbox = real.length > 0 && real.length < candidates.length;
  const { id, merchantId, mode, carrier, createdAtMs } = first;
  return {
    id,
    merchantId,
    mode,
    carrier,
    createdAtMs,
    isOverSandbox,
    why: explainChoice(first, preferred.length, isOverSandbox),
  };
}

function explainChoice(
  { environment }: PollableAccount,
  candidateCount: number,
  isOverSandbox: boolean,
): string {
  const only =
    candidateCount === 1 ? 'the only account' : `the oldest of ${candidateCount} accounts`;
  switch (environment) {
    case 'production':
      return `It is ${only} with credentials for this carrier.`;
    case 'carrier_test':
      return isOverSandbox
        ? `It is ${only} with credentials for the carrier's own test system, which goes before the built-in sandbox.`
        : `It is ${only} with credentials for the carrier's own test system.`;
    case 'sandbox':
      return `It is ${only} of the built-in sandbox, and there is none of the carrier's own test system.`;
  }
}
