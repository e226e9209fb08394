import type { NamedScan } from '../../intake/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Database } from '../../platform/database/database.ts';
import { hashIdentity } from './identity.ts';
import { recordedFacts } from './recorded.sql.ts';

/** Concurrent look-ups: more would take connections from necessary work. */
const READS_MAX = 2;
/**
 * An optimization only, so the wait is short: without an answer in time, recording goes on as
 * usual.
 */
const WITHIN_MS = 100;

export type FindRecorded = (
  tenant: Tenant,
  scans: readonly NamedScan[],
) => Promise<ReadonlySet<NamedScan>>;

/**
 * Which scans are already recorded, as far as that can be found quickly. Never rejects.
 * @param withinMs tests wait for as long as it takes.
 */
export function createFindRecorded(
  { pipeline }: Pick<Database, 'pipeline'>,
  withinMs = WITHIN_MS,
): FindRecorded {
  let underWay = 0;
  return async (tenant, scans) => {
    if (underWay >= READS_MAX) return NONE;
    underWay += 1;
    const facts = scans.map(({ carrier, trackingNumber, identity }) => ({
      ...{ carrier, trackingNumber },
      identity: hashIdentity(identity),
    }));
    const found = recordedFacts(pipeline, tenant, facts)
      .then((numbers) => new Set(numbers.flatMap((nr) => scans[nr - 1] ?? [])))
      .catch(() => NONE)
      .finally(() => {
        underWay -= 1;
      });
    return await orNone(found, withinMs);
  };
}

const NONE: ReadonlySet<NamedScan> = new Set();

function orNone(
  found: Promise<ReadonlySet<NamedScan>>,
  withinMs: number,
): Promise<ReadonlySet<NamedScan>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, withinMs, NONE);
    found.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
