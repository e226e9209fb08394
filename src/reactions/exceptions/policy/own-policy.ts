import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { parseYamlSettings, readYamlSettings } from '../../../platform/settings/yaml-settings.ts';
import type { ExceptionsDeps } from '../deps.ts';
import { readOwnPolicy, writeOwnPolicy } from './policies.sql.ts';
import {
  type ExceptionPolicy,
  type ExceptionPolicyChange,
  exceptionPolicy,
  exceptionPolicyChange,
  override,
} from './policy.ts';

/** A tenant's policy: the effective one, the tenant's own entries in it, and their generation. */
interface OwnPolicy {
  readonly policy: ExceptionPolicy;
  readonly own: ExceptionPolicyChange;
  /** How often the own entries were changed; 0: there are none. */
  readonly generation: number;
}

/**
 * Returns a tenant's effective policy. If the stored entries cannot be read, it is the
 * installation's.
 */
export async function ownPolicy(
  { tracking, policy, log }: Pick<ExceptionsDeps, 'tracking' | 'policy' | 'log'>,
  tenant: Tenant,
): Promise<OwnPolicy> {
  const stored = await withTenant(tracking.db.app, tenant, (tx) => readOwnPolicy(tx, tenant));
  if (stored === null) return { policy, own: {}, generation: 0 };
  const read = exceptionPolicyChange.safeParse(stored.document);
  if (!read.success) {
    // The stored entries come from a version with other rules: the installation's policy is the
    // safe one.
    log.warn({ merchant_id: tenant.merchantId }, "a merchant's exception policy cannot be used");
    return { policy, own: {}, generation: stored.generation };
  }
  return { policy: override(policy, read.data), own: read.data, generation: stored.generation };
}

/**
 * Stores a tenant's own entries.
 *
 * @param expected the generation that must be current; null: any.
 * @returns null when the current generation is another one.
 */
export async function changeOwnPolicy(
  deps: Pick<ExceptionsDeps, 'tracking' | 'policy' | 'log'>,
  tenant: Tenant,
  own: ExceptionPolicyChange,
  expected: number | null,
): Promise<OwnPolicy | null> {
  const { db, clock } = deps.tracking;
  const generation = await withTenant(db.app, tenant, (tx) =>
    writeOwnPolicy(tx, tenant, own, expected, clock.nowMs()),
  );
  return generation === null ? null : { policy: override(deps.policy, own), own, generation };
}

/**
 * Reads the installation's policy. Rejects with one sentence per line, each with file, line and
 * what to write instead.
 */
export function readPolicyFile(file: string): Promise<ExceptionPolicy> {
  return readYamlSettings(file, exceptionPolicy);
}

/** Parses a policy; throws like `readPolicyFile`. */
export function parsePolicy(text: string, file: string): ExceptionPolicy {
  return parseYamlSettings(text, file, exceptionPolicy);
}
