import { definedOnly } from '../../../kernel/defined-only.ts';
import { uuidV7 } from '../../../kernel/ids.ts';
import type { PostalCodes } from '../../../kernel/places/postal-codes.ts';
import type { RandomBytes } from '../../../platform/clock.ts';
import { type Queryable, together } from '../../../platform/database/database.ts';
import type { PredictionTerms, WeatherSeverity } from '../../../prediction/index.ts';
import { recordPredictions, seeParcels, type TrackingDeps } from '../../../tracking/index.ts';
import { markHandedOver } from '../accuracy/compared.sql.ts';
import type { CurrentModel } from '../models/active-model.ts';
import { type Cohort, loadCohort } from './cohort.ts';
import { saveJourneys } from './journeys.sql.ts';
import {
  knownBefore,
  savePredictions,
  settleShownDates,
  writeShownDates,
} from './predictions.sql.ts';
import { dayItCame, isDelivered, shownDates } from './shown-dates.ts';
import { withWeather } from './weather.ts';
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
  let cohort: { readonly atMs: number; readonly is: Cohort } | null = null;

  async function context(): Promise<PredictionContext> {
    const nowMs = tracking.clock.nowMs();
    if (cohort === null || nowMs - cohort.atMs >= COHORT_CACHE_MS) {
      cohort = { atMs: nowMs, is: await loadCohort(tracking.db.pipeline, nowMs) };
    }
    const model = deps.model.current();
    return {
      ...(await deps.terms()),
      nowMs,
      ...definedOnly({ postalCodes: deps.postalCodes }),
      cohort: cohort.is,
      learner: model?.learner ?? null,
      modelVersion: model?.version ?? null,
    };
  }

  /** Serves parcels once; returns the ids of those that changed meanwhile. */
  async function serveOnce(
    shipmentIds: readonly string[],
    again: boolean,
  ): Promise<readonly string[]> {
    const at = await context();
    const parcels = await seeParcels(tracking, shipmentIds, { again });
    const known = await knownBefore(tracking.db.pipeline, shipmentIds);
    const before = await withWeather(deps.weather, parcels, known, at.nowMs);
    const worked = parcels.map((snapshot) =>
      workOut(at, snapshot, before.get(snapshot.shipment.id) ?? null),
    );
    const made = worked.map((each) => each.made);
    const changed: string[] = [];
    await recordPredictions(tracking, made, async (tx, written) => {
      const current = worked.filter(({ snapshot: { shipment } }) => written.has(shipment.id));
      changed.push(...parcels.flatMap(({ shipment: { id } }) => (written.has(id) ? [] : [id])));
      await store(tx, current, at.nowMs, deps.randomBytes);
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

async function store(
  tx: Queryable,
  worked: readonly PredictionResult[],
  nowMs: number,
  randomBytes: RandomBytes,
): Promise<void> {
  const newId = () => uuidV7(nowMs, randomBytes(10));
  const rows = worked.map(({ row }) => row);
  const shown = worked.flatMap((each) => shownDates(each, newId));
  const under = worked.filter(({ journey }) => journey !== null);
  const came = worked.map((each) => ({ shipmentId: each.row.shipmentId, on: dayItCame(each) }));
  // The shard's lock is held meanwhile, so all statements are sent at once; they are executed in
  // this order.
  await together([
    savePredictions(tx, rows, nowMs),
    writeShownDates(tx, shown, nowMs),
    markHandedOver(
      tx,
      under.map(({ row }) => row.shipmentId),
    ),
    settleShownDates(tx, came),
    saveJourneys(tx, worked.flatMap(journeyRow)),
  ]);
}

/**
 * The row for learning from a parcel's journey; empty for test parcels, which people move by hand.
 */
function journeyRow({ snapshot, journey, row }: PredictionResult) {
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
