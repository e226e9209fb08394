import { isDeepStrictEqual } from 'node:util';
import type { Queryable } from '../../platform/database/database.ts';
import { withShards } from '../../platform/event-log/event-log.ts';
import { loadHistories } from '../facts/history.sql.ts';
import { EMPTY_HISTORY, foldInput } from '../facts/history.ts';
import { fold } from '../fold/fold.ts';
import { openPersonal, type Personal } from '../personal.ts';
import { changeOf, type ShipmentUpdate } from '../record/announce-updates.ts';
import type { NumberUpdate, Prediction } from '../record/plan-update.ts';
import type { RecordedShipment } from '../record/projection.ts';
import { record } from '../record/record.ts';
import type { EstimateOverride, Shipment, ShownEstimate } from '../shipment.ts';
import {
  type ShipmentVersion,
  shipmentsByIds,
  shipmentsByNumber,
  versionsOf,
} from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';
import { isOtherDay, shownEstimate } from './shown-estimate.ts';
import { type TimelineEvent, timeline } from './timeline.ts';

/** A parcel as prediction may see it: everything known, of any merchant. */
export interface ParcelSnapshot {
  readonly shipment: Shipment;
  readonly personal: Personal;
  /** The shown events, newest first. */
  readonly events: readonly TimelineEvent[];
}

/**
 * Returns the undeleted ones of these parcels, unordered, as prediction needs them. Reads in the
 * pipeline's role, which sees every merchant. Parcels that this process has just recorded are not
 * read back, unless `again` is set, because the cached state was outdated.
 */
export async function seeParcels(
  deps: TrackingDeps,
  ids: readonly string[],
  { again = false }: { readonly again?: boolean } = {},
): Promise<ParcelSnapshot[]> {
  const recorded = deps.recent.take(ids);
  const known = again ? [] : [...recorded.values()];
  const left = again ? ids : ids.filter((id) => !recorded.has(id));
  return [...known, ...(await readParcels(deps, left))].map(({ shipment, history, folded }) => ({
    shipment,
    personal: openPersonal(shipment.sealedPersonal, deps.sealer),
    events: timeline(history, folded, shipment.destinationZone),
  }));
}

/** Reads and folds the shipments; those that do not exist are left out. */
async function readParcels(
  deps: TrackingDeps,
  ids: readonly string[],
): Promise<RecordedShipment[]> {
  if (ids.length === 0) return [];
  const shipments = await shipmentsByIds(deps.db.pipeline, ids);
  const histories = await loadHistories(
    deps.db.pipeline,
    shipments.map(({ id }) => id),
  );
  const { policyOf } = deps.context();
  return shipments.map((shipment) => {
    const history = histories.get(shipment.id) ?? EMPTY_HISTORY;
    const input = foldInput(history, policyOf(shipment.carrier), shipment.createdAtMs);
    return { shipment, history, folded: fold(input) };
  });
}

/** A prediction for one parcel. */
export interface PredictionMade {
  /** The shipment it was computed from. */
  readonly shipment: Shipment;
  /** The predicted estimate; null when the carrier's date applies. */
  readonly predicted: EstimateOverride | null;
  /**
   * The date announced last. If it is undefined, it is not known and the shown date counts as
   * announced.
   */
  readonly announced: ShownEstimate | null | undefined;
  readonly updates: readonly ShipmentUpdate[];
}

/**
 * Stores predicted dates, which are shown in place of the carriers', in one transaction with what
 * `write` stores (role `waybill_pipeline`). A parcel with a newer update gets no date: the log
 * reports the update, and the date is computed again.
 *
 * @param write called with the shipments that are accepted.
 */
export async function recordPredictions(
  deps: TrackingDeps,
  made: readonly PredictionMade[],
  write: (tx: Queryable, written: ReadonlySet<string>) => Promise<void>,
): Promise<void> {
  if (made.length === 0) return;
  const shards = made.map(({ shipment }) => shipment.shard);
  await withShards(deps.db.pipeline, shards, async (tx) => {
    const currentVersions = await versionsOf(
      tx,
      made.map(({ shipment }) => shipment.id),
    );
    const current = made.filter(
      ({ shipment: { id, sequence } }) => currentVersions.get(id)?.sequence === sequence,
    );
    const changed = current.filter((each) => isUpdate(each, currentVersions.get(each.shipment.id)));
    if (changed.length > 0) {
      const numbers = distinct(changed.map(({ shipment }) => shipment));
      const shipments = await shipmentsByNumber(tx, numbers);
      await record(tx, deps.context(), toNumberUpdates(shipments, changed));
    }
    await write(tx, new Set(current.map(({ shipment }) => shipment.id)));
  });
}

/** Whether recording it changes the shipment: its estimate, its events, or the announced day. */
function isUpdate(made: PredictionMade, now: ShipmentVersion | undefined): boolean {
  const shown = now?.predicted ?? null;
  if (made.updates.length > 0 || !isDeepStrictEqual(made.predicted, shown)) return true;
  if (made.announced === undefined) return false;
  return isOtherDay(made.announced, shownEstimate({ ...made.shipment, predicted: shown }));
}

/**
 * Returns the updates by number, each with all shipments of the number, because its public answer
 * depends on all.
 */
function toNumberUpdates(
  shipments: readonly Shipment[],
  made: readonly PredictionMade[],
): NumberUpdate[] {
  const predictionOf = new Map(made.map((each) => [each.shipment.id, each]));
  const predictions = new Map(
    shipments.flatMap((each) => {
      const { predicted, announced, updates } = predictionOf.get(each.id) ?? {};
      if (predicted === undefined || updates === undefined) return [];
      const prediction: Prediction = {
        predicted,
        announced: announced === undefined ? shownEstimate(each) : announced,
        changes: updates.map(changeOf),
      };
      return [[each.id, prediction] as const];
    }),
  );
  return distinct(shipments).map((number) => ({
    kind: 'predicted',
    carrier: number.carrier,
    trackingNumber: number.trackingNumber,
    shipments: shipments.filter((each) => keyOf(each) === keyOf(number)),
    predictions,
  }));
}

/** Returns one shipment of each number. */
function distinct(shipments: readonly Shipment[]): Shipment[] {
  return [...new Map(shipments.map((each) => [keyOf(each), each])).values()];
}

function keyOf({ carrier, trackingNumber }: Shipment): string {
  return `${carrier} ${trackingNumber}`;
}

const POSTAL_CHARS = 2;

/**
 * Returns the trade lane, such as `US-10 → US-94`: countries and prefixes of postal codes, which
 * reveal no street.
 */
export function tradeLaneOf({ origin, destination }: Personal): string {
  return `${areaOf(origin)} → ${areaOf(destination)}`;
}

function areaOf(address: Personal['origin']): string {
  const country = address?.['country'];
  const postalCode = address?.['postal_code'];
  const start = typeof postalCode === 'string' ? postalCode.replace(/[^0-9A-Za-z]/g, '') : '';
  const parts = [
    typeof country === 'string' && country !== '' ? country.toUpperCase() : '?',
    start.slice(0, POSTAL_CHARS).toUpperCase(),
  ];
  return parts.filter((part) => part !== '').join('-');
}
