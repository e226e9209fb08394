import type { Database } from '../../platform/database/database.ts';
import type { Pauses, Policies } from '../budget/spend-plan.ts';
import { compileTables } from '../hazard/compile.ts';
import { SHIPPED_PRIOR } from '../hazard/shipped-prior.ts';
import { type IsDemo, withDemoPace } from '../policy/demo.ts';
import { policyNamed } from '../policy/policies.ts';
import type { PolicyName } from '../policy/policy.ts';
import { activeHazardTable } from './learning-store.ts';

/** The policy and the table that are in use, with the newest table after each `refresh`. */
export interface PoliciesInUse {
  current(): Policies;
  /** Looks whether another table has been put to use, by this process or another. */
  refresh(): Promise<void>;
}

/** Begins with the policies shipped with this version, until `refresh` has run. */
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
