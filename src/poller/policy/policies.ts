import type { HazardTables } from '../hazard/compile.ts';
import { adaptivePolicy } from './adaptive.ts';
import { fixedPolicy, flatPolicy } from './fixed.ts';
import type { PolicyName, PollPolicy } from './policy.ts';

/** Returns the policy of a setting, with the active table; only `adaptive` uses the table. */
export function policyNamed(name: PolicyName, tables: HazardTables): PollPolicy {
  if (name === 'fixed') return fixedPolicy;
  return name === 'flat' ? flatPolicy() : adaptivePolicy(tables);
}
