import { carrierTerms, type Registry, unknownCarriers } from '../../adapters/index.ts';
import { type Finding, ok, warn } from '../../platform/checkup/finding.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Config } from '../../platform/settings/config.ts';
import { inDays, periodsOf, type Retention } from '../../platform/settings/retention.ts';
import { overdueParcels } from '../../tracking/ports/running.ts';
import { withCheckedDatabase } from './with-checked-database.ts';

const NAME = 'retention';
const DAY_MS = 86_400_000;
/** A parcel that the sweep could not remove is tried again after a day. */
const BEHIND_MS = 2 * DAY_MS;

/**
 * Checks whether expired data was removed: a parcel that cannot be deleted stays, and nothing else
 * shows it for long.
 */
export function checkSweeps(
  config: Config,
  clock: Clock,
  registry: Pick<Registry, 'list'>,
): Promise<Finding[]> {
  return withCheckedDatabase(config, async ({ pipeline }) => {
    const { retention } = config;
    const nowMs = clock.nowMs() - BEHIND_MS;
    const ended = carrierTerms(registry.list(), retention).map(
      ({ carrier, retentionMs }) => [carrier, nowMs - retentionMs] as const,
    );
    return sweepFindings(
      await overdueParcels(pipeline, nowMs - retention.parcelsMs, new Map(ended)),
    );
  });
}

/** Judges the periods. Pure. */
export function sweepFindings({
  parcels,
  isBehind,
}: Awaited<ReturnType<typeof overdueParcels>>): Finding[] {
  if (!isBehind) return [];
  const named = parcels.length === 0 ? '' : `, parcels among it: ${parcels.join(', ')}`;
  return [
    warn(
      NAME,
      `data that should have been deleted more than ${inDays(BEHIND_MS)} ago is still there${named}`,
      'A hub that has just been started or updated catches up by itself. Otherwise its log says of each parcel why it cannot be deleted (waybill_parcels_not_swept counts them); each is tried again once a day.',
    ),
  ];
}

/**
 * Judges how long each kind of data is retained, and the terms of carriers. Pure.
 *
 * @param carriers those installed.
 */
export function retentionFindings(
  retention: Retention,
  carriers: Parameters<typeof carrierTerms>[0],
): Finding[] {
  const periods = periodsOf(retention).map(([kind, ms]) => `${kind} ${inDays(ms)}`);
  const terms = carrierTerms(carriers, retention).map(
    ({ carrier, retentionMs, source }) =>
      `${carrier} ${inDays(retentionMs)} after delivery (${source === 'terms' ? 'its terms' : 'set by you'})`,
  );
  return [
    ok(NAME, [...periods, ...terms].join(', ')),
    ...unknownCarriers(carriers, retention).map((carrier) =>
      warn(
        NAME,
        `WAYBILL_RETENTION names the carrier ${carrier}, which is not installed`,
        `Correct carrier.${carrier}: \`waybill doctor\` lists the carriers under "mappings".`,
      ),
    ),
  ];
}
