import { validBootstrapKeys } from '../../merchants/index.ts';
import { type Finding, ok, warn } from '../../platform/checkup/finding.ts';
import type { Config } from '../../platform/settings/config.ts';
import { withCheckedDatabase } from './with-checked-database.ts';

const NAME = 'bootstrap keys';

/**
 * Lists the valid bootstrap keys: removing WAYBILL_BOOTSTRAP_KEY does not revoke the keys it
 * created.
 */
export function checkBootstrapKeys(
  config: Pick<Config, 'databaseUrl' | 'data' | 'bootstrapKey'>,
): Promise<Finding[]> {
  return withCheckedDatabase(config, async ({ pipeline }) =>
    keyFindings(await validBootstrapKeys(pipeline), config.bootstrapKey !== null),
  );
}

export function keyFindings(
  keys: Awaited<ReturnType<typeof validBootstrapKeys>>,
  isSet: boolean,
): Finding[] {
  if (keys.length === 0) return [];
  const listed = keys
    .map(
      ({ id, prefix, createdAtMs: at }) =>
        `${prefix}… (${id}, ${new Date(at).toISOString().slice(0, 10)})`,
    )
    .join(', ');
  if (keys.length === 1) return [ok(NAME, `${listed} is valid`)];
  const fix = isSet
    ? 'The next start with WAYBILL_BOOTSTRAP_KEY revokes all others.'
    : 'Revoke those that nobody uses, such as one published in a guide: `npx waybill keys revoke ID`.';
  return [warn(NAME, `${keys.length} are valid: ${listed}`, fix)];
}
