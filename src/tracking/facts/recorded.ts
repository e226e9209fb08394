import type { NamedScan } from '../../intake/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Database } from '../../platform/database/database.ts';
import { hashIdentity } from './identity.ts';
import { recordedFacts } from './recorded.sql.ts';

/** Limit of concurrent look-ups: more would take connections from necessary work. */
const READS_MAX = 2;
/**
 * How long a look-up may take. It is an optimization only: without an answer in time, recording
 * goes on as usual.
 */
const WITHIN_MS = 100;

type FindRecorded = (
  tenant: Tenant,
  scans: readonly NamedScan[],
) => Promise<ReadonlySet<NamedScan>>;

/**
 * Creates a function that finds which scans are already recorded, as far as that is quickly known.
 * It never rejects.
 * @param withinMs the longest wait; tests set it longer.
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
      carrier,
      trackingNumber,
      identity: hashIdentity(identity),
    }));
    const found = recordedFacts(pipeline, tenant, facts)
      .then((numbers) => new Set(numbers.flatMap((place) => scans[place - 1] ?? [])))
      .catch(() => NONE)
      .finally(() => {
        underWay -= 1;
      });
    return await orNone(found, withinMs);
  };
}

const NONE: ReadonlySet<NamedScan> = new Set();

/** Resolves like `found`, or with an empty set after `withinMs`. */
function orNone(
  found: Promise<ReadonlySet<NamedScan>>,
  withinMs: number,
): Promise<ReadonlySet<NamedScan>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, withinMs, NONE);
    found.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
