import type { Queryable } from '../../../platform/database/database.ts';
import { loadHistories } from '../../facts/history.sql.ts';
import { foldInput, type History } from '../../facts/history.ts';
import { fold } from '../../fold/fold.ts';
import { changes } from '../../record/changes.ts';
import type { RecordContext } from '../../record/record.ts';
import { stateOf } from '../../record/state.ts';
import type { Shipment } from '../../shipment.ts';
import { shipmentsByIds } from '../../shipments.sql.ts';
import type { ChangeTally } from '../jobs/job-changes.ts';
import { EVERYTHING, isTimelineChanged, rereadHistory } from '../reread.ts';
import type { Tables } from './changed-readings.ts';

/** Number of histories in memory at once. */
const SHIPMENTS_AT_ONCE = 50;

/**
 * Adds to `tally` how these shipments would change if their facts were read by `to` instead of
 * `from` (null: as stored). Writes nothing. `afterBatch` is called with the time that each batch
 * took (ms) and may delay the next one.
 */
export async function compareShipments(
  db: Queryable,
  { policyOf }: Pick<RecordContext, 'policyOf'>,
  ids: readonly string[],
  from: Tables | null,
  to: Tables,
  tally: ChangeTally,
  afterBatch: (tookMs: number) => Promise<void> = async () => {},
): Promise<void> {
  for (let at = 0; at < ids.length; at += SHIPMENTS_AT_ONCE) {
    const beganAt = performance.now();
    const some = ids.slice(at, at + SHIPMENTS_AT_ONCE);
    const [shipments, histories] = await Promise.all([
      shipmentsByIds(db, some),
      loadHistories(db, some),
    ]);
    for (const shipment of shipments) {
      const history = histories.get(shipment.id);
      if (history !== undefined) compareOne(shipment, history, from, to, policyOf, tally);
    }
    await afterBatch(performance.now() - beganAt);
  }
}

/**
 * Counts what changes for one shipment if its facts are read by `to` instead of `from`. `from`
 * null: instead of the stored readings.
 */
function compareOne(
  shipment: Shipment,
  stored: History,
  from: Tables | null,
  to: Tables,
  policyOf: RecordContext['policyOf'],
  tally: ChangeTally,
): void {
  const readBy = (history: History, tables: Tables) =>
    rereadHistory(history, shipment, tables, EVERYTHING);
  const policy = policyOf(shipment.carrier);
  const foldOf = (history: History) => fold(foldInput(history, policy, shipment.createdAtMs));
  const was = from === null ? stored : readBy(stored, from).history;
  const { history: now, reread } = readBy(was, to);
  if (reread.length === 0) return;
  const [before, after] = [foldOf(was), foldOf(now)];
  const sample = { shipment_id: shipment.id, tracking_number: shipment.trackingNumber };
  for (const { fact, before: read } of reread) {
    tally.fact(read.status, fact.reading.status, sample);
  }
  const publicChanges = changes(
    { ...shipment, state: stateOf(was, before) },
    { ...shipment, state: stateOf(now, after) },
    isTimelineChanged(() => before, after, reread),
  );
  if (publicChanges.length > 0) tally.shipment(before.status, after.status, sample);
}
