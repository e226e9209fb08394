import { blameOf } from '../../platform/database/blame.ts';
import type { Pacer } from '../../platform/pace/pacer.ts';
import { deleteShipment, deleteTogether, type StillDue } from '../commands/manage.ts';
import type { Shipment } from '../shipment.ts';
import { shipmentsByIds } from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';
import { leadingShipments, type OwnedId } from './erase.sql.ts';
import type { Unswept } from './held-back.ts';

/**
 * Number of shipments per transaction: the cost of a single deletion is mostly the round trip and
 * the commit.
 */
const TOGETHER_MAX = 20;

export interface Deleting {
  /** Whether a deleted shipment is in the archive and stays there. */
  readonly isArchived?: (id: string) => boolean;
  /** Checks again when a batch starts, which may be minutes later; if absent, all are due. */
  readonly stillDue?: StillDue;
  /**
   * Sets the batch size and the pause between batches; if absent, batches are as large as possible
   * and there is no pause.
   */
  readonly pacer?: Pick<Pacer, 'inBatches'> | undefined;
}

/**
 * Deletes shipments whose retention has ended, in batches. One that cannot be deleted does not
 * block the others: the failures are returned at the end.
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

/** Deletes one batch; returns the shipments that cannot be deleted. */
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
    // One of them must not block the others.
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
