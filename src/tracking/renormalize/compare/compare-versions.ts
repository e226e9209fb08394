import type { Mapping } from '../../../normalization/index.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { ActiveMappings } from '../../mappings/active-mappings.ts';
import type { RecordContext } from '../../record/record.ts';
import { type StatusChange, tallyChanges } from '../jobs/job-changes.ts';
import { tablesOver } from '../jobs/run-job.ts';
import { BEFORE_ALL, scanWindow } from '../scan.ts';
import { WINDOW_SHIPMENTS } from '../walk.ts';
import { compareShipments } from './compare.ts';

/** The effect of another version on stored history. */
export interface Comparison {
  readonly factsRead: number;
  readonly factsChanged: number;
  readonly shipmentsChanged: number;
  readonly byStatus: readonly StatusChange[];
}

/**
 * Compares two mappings of a carrier over stored history, at once and without writing. With `from`
 * null, `to` is compared with each fact's current reading.
 */
export async function compareVersions(
  deps: {
    readonly db: Pick<Database, 'pipeline'>;
    readonly mappings: Pick<ActiveMappings, 'forMerchant'>;
    readonly context: () => Pick<RecordContext, 'policyOf'>;
  },
  from: Mapping | null,
  to: Mapping,
): Promise<Comparison> {
  const db = deps.db.pipeline;
  const tables = {
    from: from && tablesOver(deps.mappings, from),
    to: tablesOver(deps.mappings, to),
  };
  const scope = { codes: null, merchantId: null };
  const scan = { db, carrier: to.carrier.name, scope, ...tables };
  const tally = tallyChanges();
  let factsRead = 0;
  for (let afterId = BEFORE_ALL; ; ) {
    const window = await scanWindow(scan, afterId, WINDOW_SHIPMENTS);
    if (window === null) break;
    factsRead += window.facts;
    await compareShipments(db, deps.context(), window.shipments, tables.from, tables.to, tally);
    afterId = window.endId;
  }
  const { factsChanged, shipmentsChanged } = tally;
  return { factsRead, factsChanged, shipmentsChanged, byStatus: byFacts(tally.changes()) };
}

/** Sorts by the number of facts, most first, as in the list of jobs. */
function byFacts(changes: readonly StatusChange[]): StatusChange[] {
  return [...changes].sort((a, b) => b.facts - a.facts || b.shipments - a.shipments);
}
