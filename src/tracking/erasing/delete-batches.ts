import { blameOf } from '../../platform/database/blame.ts';
import type { Pacer } from '../../platform/pace/pacer.ts';
import { deleteShipment, deleteTogether, type StillDue } from '../commands/manage.ts';
import type { Shipment } from '../shipment.ts';
import { shipmentsByIds } from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';
import { leadingShipments, type OwnedId } from './erase.sql.ts';
import type { Unswept } from './held-back.ts';

/** In one transaction: what a parcel costs by itself is mostly the way there and back, and the commit. */
const TOGETHER_MAX = 20;

export interface Deleting {
  /** Whether what is deleted lies in the archive, and stays there. */
  readonly isArchived?: (id: string) => boolean;
  /** Asked once more when their turn comes, which may be minutes later; absent: all are. */
  readonly stillDue?: StillDue;
  /** How many go together, and how long it rests after them; absent: as many as may be, and not at all. */
  readonly pacer?: Pick<Pacer, 'inBatches'> | undefined;
}

/**
 * Deletes shipments whose period is over, some at a time. Those that cannot be deleted hold back no others: once
 * all had their turn, it answers which they are.
 */
export async function deleteInBatches(
  deps: TrackingDeps,
  due: readonly OwnedId[],
  how: Deleting = {},
): Promise<readonly Unswept[]> {
  const failures: Unswept[] = [];
  let at = 0;
  const step = async (limit: number): Promise<number> => {
    const some = due.slice(at, at + limit);
    at += some.length;
    if (some.length > 0) failures.push(...(await deleteBatch(deps, some, how)));
    return some.length;
  };
  const isLeft = () => at < due.length;
  if (how.pacer === undefined) while (isLeft()) await step(TOGETHER_MAX);
  else await how.pacer.inBatches(step, { max: TOGETHER_MAX, mayGoOn: isLeft });
  return failures;
}

/** Answers those that are to blame for it themselves. */
async function deleteBatch(
  deps: TrackingDeps,
  due: readonly OwnedId[],
  { isArchived = () => false, stillDue }: Deleting,
): Promise<Unswept[]> {
  const ids = due.map(({ id }) => id);
  const leading = await leadingShipments(deps.db.pipeline, ids);
  const alone = (await shipmentsByIds(deps.db.pipeline, ids)).filter(({ id }) => !leading.has(id));
  const batch = firstOfEachNumber(alone);
  let left: readonly OwnedId[] = due.filter(({ id }) => !batch.has(id));
  try {
    await deleteTogether(deps, [...batch.values()], isArchived, stillDue);
  } catch (error) {
    // One of them must not hold back the others.
    if (blameOf(error) !== 'entry') throw error;
    left = due;
  }
  const failures: Unswept[] = [];
  for (const { id, merchantId, mode } of left) {
    try {
      if (stillDue && !(await stillDue(deps.db.pipeline, [id])).has(id)) continue;
      await deleteShipment(deps, { merchantId, mode }, id, { isArchived: isArchived(id) });
    } catch (error) {
      if (blameOf(error) !== 'entry') throw error;
      failures.push({ id, error });
    }
  }
  return failures;
}

function firstOfEachNumber(shipments: readonly Shipment[]): ReadonlyMap<string, Shipment> {
  const byNumber = new Map(
    shipments.map((each) => [`${each.carrier}\n${each.trackingNumber}`, each]),
  );
  return new Map([...byNumber.values()].map((each) => [each.id, each]));
}
