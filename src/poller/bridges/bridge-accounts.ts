import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import { type PollableAccount, ruleOf } from '../../intake/index.ts';
import { chooseByGroup } from '../accounts/in-charge.ts';
import type { HealthState } from '../accounts/state.ts';
import { type Quota, registrationsLeft } from './registration.ts';

/** An account of a tenant, with what decides about registrations. */
export interface TenantAccount extends PollableAccount {
  readonly monthlyCap: number | null;
  readonly ruleCarriers: readonly string[] | null;
  readonly ruleCountries: readonly string[] | null;
  readonly health: HealthState;
  /** Null before the first registration. */
  readonly quota: Quota | null;
}

/** Another bridge's account, as it limits what one registers and polls. */
export interface Rival {
  readonly id: string;
  /** Whether it goes first: parcels that both track are polled through it. */
  readonly isEarlier: boolean;
  /** The carriers whose parcels it will register itself, so that they are left to it. */
  readonly carriers: readonly string[];
}

/** What one account registers and polls. */
export interface Share {
  readonly carriers: readonly string[];
  /** Null: all. */
  readonly countries: readonly string[] | null;
  readonly monthlyCap: number;
  /** The tenant's other bridges that work; those that are silent are not waited for. */
  readonly rivals: readonly Rival[];
}

/**
 * Divides parcels between a tenant's bridges: the oldest account whose rule allows a parcel
 * registers it, and polls it as long as it works. Null: the account has no rule, or is not in
 * charge. Pure.
 *
 * @param knownTo the carriers that a bridge knows
 */
export function shareOf(
  accountId: string,
  all: readonly TenantAccount[],
  adapterOf: (carrier: string) => CarrierAdapter | undefined,
  knownTo: (bridge: string) => readonly string[],
  nowMs: number,
): Share | null {
  const polling = all.filter(({ carrier }) => adapterOf(carrier)?.track !== undefined);
  const inCharge = new Set([...chooseByGroup(polling).values()].map(({ id }) => id));
  const chosen = polling.filter(({ id }) => inCharge.has(id));
  const isBridge = ({ carrier }: TenantAccount) => adapterOf(carrier)?.manifest.role === 'bridge';
  const direct = new Set(chosen.filter((each) => !isBridge(each)).map(({ carrier }) => carrier));
  const bridges = chosen.filter(isBridge);
  const carriersOf = (account: TenantAccount) =>
    account.ruleCarriers ?? knownTo(account.carrier).filter((carrier) => !direct.has(carrier));
  const at = bridges.findIndex(({ id }) => id === accountId);
  const own = bridges[at];
  const rule = own === undefined ? null : ruleOf(own);
  if (own === undefined || rule === null) return null;
  const rivals = bridges.flatMap((other, index): Rival[] => {
    if (index === at || SILENT.has(other.health)) return [];
    const isEarlier = index < at;
    const left = registrationsLeft(other.quota, other.monthlyCap ?? 0, nowMs);
    return [{ id: other.id, isEarlier, carriers: isEarlier && left > 0 ? carriersOf(other) : [] }];
  });
  return {
    carriers: carriersOf(own),
    countries: rule.countries,
    monthlyCap: rule.monthlyCap,
    rivals,
  };
}

/** States in which a bridge brings nothing, so that the next one takes its place. */
const SILENT: ReadonlySet<HealthState> = new Set([
  'degraded',
  'failing_credentials',
  'missing_scope',
]);
