import { definedOnly } from '../../../kernel/defined-only.ts';
import { uuidV7 } from '../../../kernel/ids.ts';
import type { PostalCodes } from '../../../kernel/places/postal-codes.ts';
import type { RandomBytes } from '../../../platform/clock.ts';
import { type Queryable, together } from '../../../platform/database/database.ts';
import {
  type PredictionTerms,
  type WeatherSeverity,
  weatherSeverity,
} from '../../../prediction/index.ts';
import {
  type ParcelSnapshot,
  recordPredictions,
  seeParcels,
} from '../../../tracking/ports/predictions.ts';
import type { TrackingDeps } from '../../../tracking/ports/shipments.ts';
import { markHandedOver } from '../accuracy/compared.sql.ts';
import type { CurrentModel } from '../models/active-model.ts';
import { type Cohort, loadCohort } from './cohort.ts';
import { journeyOf } from './journey.ts';
import { saveJourneys } from './journeys.sql.ts';
import {
  priorPredictions,
  savePredictions,
  settleShownDates,
  writeShownDates,
} from './predictions.sql.ts';
import type { PriorPrediction } from './rows.ts';
import { DAY_CHARS, isDelivered, shownDates } from './shown-dates.ts';
import { type PredictionContext, type PredictionResult, workOut } from './work-out.ts';

/** The dependencies of this reaction; created once, in the composition of a hub. */
export interface ServingDeps {
  readonly terms: () => Promise<PredictionTerms>;
  readonly tracking: TrackingDeps;
  readonly model: { current(): Pick<CurrentModel, 'version' | 'learner'> | null };
  readonly randomBytes: RandomBytes;
  /** Absent: locations of postal codes are unknown. */
  readonly postalCodes?: Pick<PostalCodes, 'find'>;
  /** Absent: weather is unknown. */
  readonly weather?: WeatherSeverity;
}

export interface Serving {
  /** Computes, shows, announces and stores the dates of these parcels. */
  serve(shipmentIds: readonly string[]): Promise<void>;
}

/** How long the statistics of other parcels are cached; they change slowly. */
const COHORT_CACHE_MS = 600_000;

/**
 * The maximum number of tries. A case opened meanwhile changes the parcel without triggering a new
 * date; received data do trigger one, so a busy parcel need not be retried for ever.
 */
const TRIES_MAX = 3;

export function createServing(deps: ServingDeps): Serving {
  const { tracking } = deps;
  let cohort: { readonly atMs: number; readonly value: Cohort } | null = null;

  async function currentContext(): Promise<PredictionContext> {
    const nowMs = tracking.clock.nowMs();
    if (cohort === null || nowMs - cohort.atMs >= COHORT_CACHE_MS) {
      cohort = { atMs: nowMs, value: await loadCohort(tracking.db.pipeline, nowMs) };
    }
    const model = deps.model.current();
    return {
      ...(await deps.terms()),
      nowMs,
      ...definedOnly({ postalCodes: deps.postalCodes }),
      cohort: cohort.value,
      learner: model?.learner ?? null,
      modelVersion: model?.version ?? null,
    };
  }

  /** Serves parcels once; returns the ids of those that changed meanwhile. */
  async function serveOnce(
    shipmentIds: readonly string[],
    again: boolean,
  ): Promise<readonly string[]> {
    const at = await currentContext();
    const parcels = await seeParcels(tracking, shipmentIds, { again });
    const known = await priorPredictions(tracking.db.pipeline, shipmentIds);
    const before = await withWeather(deps.weather, parcels, known, at.nowMs);
    const results = parcels.map((snapshot) =>
      workOut(at, snapshot, before.get(snapshot.shipment.id) ?? null),
    );
    const made = results.map((each) => each.made);
    const changed: string[] = [];
    await recordPredictions(tracking, made, async (tx, written) => {
      const current = results.filter(({ snapshot: { shipment } }) => written.has(shipment.id));
      changed.push(...parcels.flatMap(({ shipment: { id } }) => (written.has(id) ? [] : [id])));
      await storeResults(tx, current, at.nowMs, deps.randomBytes);
    });
    return changed;
  }

  return {
    async serve(shipmentIds) {
      let left = shipmentIds;
      for (let tries = 0; left.length > 0 && tries < TRIES_MAX; tries += 1) {
        left = await serveOnce(left, tries > 0);
      }
    },
  };
}

/**
 * Stores predictions, shown dates, outcomes and journeys in the transaction that updates the
 * parcels.
 */
async function storeResults(
  tx: Queryable,
  results: readonly PredictionResult[],
  nowMs: number,
  randomBytes: RandomBytes,
): Promise<void> {
  const newId = () => uuidV7(nowMs, randomBytes(10));
  const rows = results.map(({ row }) => row);
  const shown = results.flatMap((each) => shownDates(each, newId));
  const underWay = results.filter(({ journey }) => journey !== null);
  const deliveryDays = results.map((each) => ({
    shipmentId: each.row.shipmentId,
    on: deliveryDay(each),
  }));
  // The shard's lock is held meanwhile, so all statements are sent at once; they are executed in
  // this order.
  await together([
    savePredictions(tx, rows, nowMs),
    writeShownDates(tx, shown, nowMs),
    markHandedOver(
      tx,
      underWay.map(({ row }) => row.shipmentId),
    ),
    settleShownDates(tx, deliveryDays),
    saveJourneys(tx, results.flatMap(journeyRows)),
  ]);
}

/**
 * The rows for learning from a parcel's journey; empty for test parcels, which people move by hand.
 */
function journeyRows({ snapshot, journey, row }: PredictionResult) {
  if (journey === null || row.tenant.mode !== 'live') return [];
  const { shipment } = snapshot;
  const { parcel } = journey;
  return [
    {
      shipmentId: shipment.id,
      tenant: row.tenant,
      promisedDate: shipment.promisedDate,
      parcel: isDelivered(snapshot) ? parcel : { ...parcel, deliveredAt: null },
      senderId: shipment.senderId ?? '',
    },
  ];
}

/** The local day of the delivery, once the delivery is confirmed; null: it is not. */
function deliveryDay({
  snapshot,
  journey,
}: Pick<PredictionResult, 'snapshot' | 'journey'>): string | null {
  const at = isDelivered(snapshot) ? (journey?.parcel.deliveredAt ?? null) : null;
  return at === null ? null : new Date(at.wallMs).toISOString().slice(0, DAY_CHARS);
}

/**
 * Adds the weather to the earlier data of parcels that are being handed over now. A model learns
 * from what was known at acceptance, so the weather is queried once. It is not queried for test
 * parcels, from which nothing is learned.
 *
 * @param port absent: there is no source of weather.
 */
async function withWeather(
  port: WeatherSeverity | undefined,
  parcels: readonly ParcelSnapshot[],
  before: ReadonlyMap<string, PriorPrediction>,
  nowMs: number,
): Promise<ReadonlyMap<string, PriorPrediction>> {
  if (port === undefined) return before;
  const severities = parcels.map(async (snapshot) => {
    const { id, mode } = snapshot.shipment;
    const known = before.get(id);
    // Stored stops mean that acceptance was already processed.
    if (known === undefined || mode !== 'live' || known.stops !== null) return [];
    const parcel = journeyOf(snapshot, nowMs, known)?.parcel ?? null;
    if (parcel === null || parcel.deliveredAt !== null) return [];
    const weather = await weatherSeverity(port, parcel.destination, parcel.handedOverAt);
    return [[id, { ...known, weather }] as const];
  });
  return new Map([...before, ...(await Promise.all(severities)).flat()]);
}
