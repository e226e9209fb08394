import { carrierTerms, loadAdapters, unknownCarriers } from '../../adapters/index.ts';
import { type Finding, ok, warn } from '../../platform/checkup/finding.ts';
import type { Config } from '../../platform/settings/config.ts';
import { inDays, periodsOf, type Retention } from '../../platform/settings/retention.ts';

const NAME = 'retention';

/** How long each kind of data is kept, and what carriers demand of it. */
export async function checkRetention({
  kept,
  adapters,
}: Pick<Config, 'kept' | 'adapters'>): Promise<Finding[]> {
  try {
    const registry = await loadAdapters({ packages: adapters });
    return retentionFindings(kept, registry.list());
  } catch {
    // Adapters that do not load are another check's matter.
    return [];
  }
}

/** Pure. @param carriers those installed. */
export function retentionFindings(
  kept: Retention,
  carriers: Parameters<typeof carrierTerms>[0],
): Finding[] {
  const periods = periodsOf(kept).map(([kind, ms]) => `${kind} ${inDays(ms)}`);
  const terms = carrierTerms(carriers, kept).map(
    ({ carrier, keptMs, source }) =>
      `${carrier} ${inDays(keptMs)} after delivery (${source === 'terms' ? 'its terms' : 'set by you'})`,
  );
  return [
    ok(NAME, [...periods, ...terms].join(', ')),
    ...unknownCarriers(carriers, kept).map((carrier) =>
      warn(
        NAME,
        `WAYBILL_RETENTION names the carrier ${carrier}, which is not installed`,
        `Correct carrier.${carrier}: \`waybill doctor\` lists the carriers under "mappings".`,
      ),
    ),
  ];
}
