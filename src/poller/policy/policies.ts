import type { HazardTables } from '../hazard/compile.ts';
import { adaptivePolicy } from './adaptive.ts';
import { fixedPolicy, flatPolicy } from './fixed.ts';
import type { PolicyName, PollPolicy } from './policy.ts';

/** The policy of a setting, with the table that is active; only `adaptive` looks at it. */
export function policyNamed(name: PolicyName, tables: HazardTables): PollPolicy {
  if (name === 'fixed') return fixedPolicy;
  return name === 'flat' ? flatPolicy() : adaptivePolicy(tables);
}
