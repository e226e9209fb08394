import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { viewShipment } from '../../../tracking/index.ts';
import { isCausedByRequest } from '../cases/active.ts';
import { loadCaseHistory, observedOf } from '../cases/case-details.ts';
import type { ExceptionsDeps } from '../deps.ts';
import { ownPolicy } from '../policy/own-policy.ts';
import { attemptsOf } from './attempts.ts';
import { isToGoBack } from './decide.ts';

/** What notifications about a failed attempt or an exception need to know in advance. */
export interface Foresight {
  /** The parcel is sent back because of it: nobody can arrange another visit. */
  readonly goesBack: boolean;
  /** It is the effect of somebody's request, and no trouble. */
  readonly requested: boolean;
}

export async function predictCaseOutcome(
  deps: ExceptionsDeps,
  tenant: Tenant,
  shipmentId: string,
): Promise<Foresight> {
  const { tracking } = deps;
  const view = await viewShipment(tracking, tenant, shipmentId);
  if (view === null) return { goesBack: false, requested: false };
  const { policy } = await ownPolicy(deps, tenant);
  const { cases, standing } = await withTenant(tracking.db.app, tenant, (tx) =>
    loadCaseHistory(tx, shipmentId),
  );
  const observed = observedOf(view);
  const attempts = attemptsOf(observed.events);
  const before = cases.findLast(({ is }) => is.kind === 'attempts')?.is;
  // Once commanded, it shows in the status; what a person closed is theirs.
  const isOurs =
    before === undefined || (before.returnCommandedAtMs === null && before.closedHow !== 'person');
  return {
    goesBack: isOurs && isToGoBack(observed, attempts, standing, policy),
    requested: isCausedByRequest(observed.reason, attempts, standing, tracking.clock.nowMs()),
  };
}
