import { isDeepStrictEqual } from 'node:util';
import type { Queryable } from '../../platform/database/database.ts';
import { withShard } from '../../platform/event-log/event-log.ts';
import { loadHistories } from '../facts/history.sql.ts';
import { EMPTY_HISTORY, foldInput } from '../facts/history.ts';
import { fold } from '../fold/fold.ts';
import { openPersonal, type Personal } from '../personal.ts';
import type { ShipmentUpdate } from '../record/announce-updates.ts';
import type { Change } from '../record/changes.ts';
import { type NumberUpdate, record } from '../record/record.ts';
import type { LaidOver, Shipment, ShownEstimate } from '../shipment.ts';
import { shipmentsByIds, shipmentsByNumber } from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';
import { isOtherDay, shownEstimate } from './shown-estimate.ts';
import { type TimelineEvent, timeline } from './timeline.ts';

/** A parcel as prediction may see it: all that is known, whoever's it is. */
export interface ParcelSnapshot {
  readonly shipment: Shipment;
  readonly personal: Personal;
  /** Shown events, newest first. */
  readonly events: readonly TimelineEvent[];
}

/** Those of them that are not deleted, in no order. Asks as the pipeline, which sees every merchant. */
export async function seeParcels(
  deps: TrackingDeps,
  ids: readonly string[],
): Promise<ParcelSnapshot[]> {
  const shipments = await shipmentsByIds(deps.db.pipeline, ids);
  const histories = await loadHistories(
    deps.db.pipeline,
    shipments.map(({ id }) => id),
  );
  const { policyOf } = deps.context();
  return shipments.map((shipment) => {
    const history = histories.get(shipment.id) ?? EMPTY_HISTORY;
    const input = foldInput(history, policyOf(shipment.carrier), shipment.createdAtMs);
    return {
      shipment,
      personal: openPersonal(shipment.sealedPersonal, deps.sealer),
      events: timeline(history, fold(input), shipment.destinationZone),
    };
  });
}

/** What was worked out about one parcel, from what was known at `sequence`. */
export interface PredictionMade {
  readonly shipmentId: string;
  readonly sequence: number;
  /** Null: the carrier's date stands. */
  readonly predicted: LaidOver | null;
  /** The date that was announced last; undefined: nobody knows, so what is shown counts as told. */
  readonly told: ShownEstimate | null | undefined;
  readonly updates: readonly ShipmentUpdate[];
}

/**
 * Shows these dates in place of the carriers', in one transaction with what `write` stores beside
 * them (role `waybill_pipeline`). All are of one shard. Of a parcel of which something was received
 * meanwhile nothing is shown: the log tells of it, and it is worked out again.
 *
 * @param write is told which of the shipments are taken.
 */
export async function recordPredictions(
  deps: TrackingDeps,
  shard: number,
  made: readonly PredictionMade[],
  write: (tx: Queryable, taken: ReadonlySet<string>) => Promise<void>,
): Promise<void> {
  await withShard(deps.db.pipeline, shard, async (tx) => {
    const wanted = new Map(made.map((each) => [each.shipmentId, each]));
    const named = await shipmentsByIds(tx, [...wanted.keys()]);
    const current = named.filter((each) => wanted.get(each.id)?.sequence === each.sequence);
    const changed = current.filter((each) => isUpdate(each, wanted.get(each.id)));
    if (changed.length > 0) {
      const updates = changed.flatMap(({ id }) => wanted.get(id) ?? []);
      const numbers = numbersOf(await shipmentsByNumber(tx, distinct(changed)), updates);
      await record(tx, deps.context(), shard, numbers);
    }
    await write(tx, new Set(current.map(({ id }) => id)));
  });
}

function isUpdate(shipment: Shipment, made: PredictionMade | undefined): boolean {
  if (made === undefined) return false;
  if (made.updates.length > 0 || !isDeepStrictEqual(made.predicted, shipment.predicted))
    return true;
  return made.told !== undefined && isOtherDay(made.told, shownEstimate(shipment));
}

/** With all shipments of each number, of which its public answer is made. */
function numbersOf(
  shipments: readonly Shipment[],
  made: readonly PredictionMade[],
): NumberUpdate[] {
  const predictions = new Map(made.map((each) => [each.shipmentId, each.predicted]));
  const announce = new Map(
    made.map(({ shipmentId, updates }) => [shipmentId, updates.map(changeOf)]),
  );
  const announcedDates = new Map(
    shipments.flatMap((each) => {
      const told = made.find(({ shipmentId }) => shipmentId === each.id);
      if (told === undefined) return [];
      return [[each.id, told.told === undefined ? shownEstimate(each) : told.told] as const];
    }),
  );
  return distinct(shipments).map((number) => ({
    carrier: number.carrier,
    trackingNumber: number.trackingNumber,
    shipments: shipments.filter((each) => keyOf(each) === keyOf(number)),
    reports: [],
    predictions,
    announcedDates,
    announce,
  }));
}

/** One shipment of each number. */
function distinct(shipments: readonly Shipment[]): Shipment[] {
  return [...new Map(shipments.map((each) => [keyOf(each), each])).values()];
}

function keyOf({ carrier, trackingNumber }: Shipment): string {
  return `${carrier} ${trackingNumber}`;
}

function changeOf({ type, also, previousAttributes = {} }: ShipmentUpdate): Change {
  return { type, also, previousAttributes };
}
