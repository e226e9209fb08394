import type { AccountCaps } from '../intake/index.ts';
import { type Config, ConfigError, carrierSettingName } from '../platform/settings/config.ts';

const PREFIX = 'WAYBILL_CARRIER_CALLS_';

/**
 * The operator's limit on calls for every account of a carrier. Throws `ConfigError` for a limit on
 * a carrier that is not installed: a misspelt one would limit nothing, and calls cost.
 */
export function operatorCaps(
  { carrierCalls }: Pick<Config, 'carrierCalls'>,
  carriers: readonly string[],
): (carrier: string) => AccountCaps | undefined {
  const names = carriers.map(carrierSettingName).sort();
  const faults = [...carrierCalls.keys()]
    .filter((name) => !names.includes(name))
    .map((name) => ({
      setting: `${PREFIX}${name}`,
      expected: `expected ${PREFIX} followed by one of ${names.join(', ')}`,
      found: `"${name}"`,
    }));
  if (faults.length > 0) throw new ConfigError(faults);
  return (carrier) => carrierCalls.get(carrierSettingName(carrier));
}
