import type { Database } from '../../platform/database/database.ts';
import type { Pauses, Policies } from '../budget/spend-plan.ts';
import { compileTables } from '../hazard/compile.ts';
import { SHIPPED_PRIOR } from '../hazard/shipped-prior.ts';
import { type IsDemo, withDemoPace } from '../policy/demo.ts';
import { policyNamed } from '../policy/policies.ts';
import type { PolicyName } from '../policy/policy.ts';
import { activeHazardTable } from './learning-store.ts';

/** The active policy and table; `refresh` loads the newest table. */
export interface PoliciesInUse {
  current(): Policies;
  /** Checks whether another table was activated, by this process or another, and loads it. */
  refresh(): Promise<void>;
}

/** Starts with the policies shipped with this version, until `refresh` has run. */
export function createPoliciesInUse(
  db: Pick<Database, 'pipeline'>,
  name: PolicyName,
  pauses: Pauses,
  isDemo: IsDemo = () => false,
): PoliciesInUse {
  const policiesWith = (tables: Policies['tables']): Policies => ({
    policy: withDemoPace(policyNamed(name, tables), isDemo),
    tables,
    pauses,
  });
  let policies = policiesWith(compileTables(SHIPPED_PRIOR));
  return {
    current: () => policies,
    async refresh() {
      const table = await activeHazardTable(db.pipeline);
      if (table === null || table.version === policies.tables.version) return;
      policies = policiesWith(compileTables(table));
    },
  };
}
