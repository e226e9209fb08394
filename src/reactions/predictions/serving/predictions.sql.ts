import { isDeepStrictEqual } from 'node:util';
import { type Queryable, together } from '../../../platform/database/database.ts';
import { queryColumn, queryRows } from '../../../platform/database/query-rows.ts';
import { type Moved, NO_WARNING } from '../../../prediction/index.ts';
import type { PredictionRow, PriorPrediction, ShownDate } from './rows.ts';

/** Loads the earlier dates of these parcels and their journeys, by shipment id. */
export async function priorPredictions(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<Map<string, PriorPrediction>> {
  const rows = await queryRows<{
    id: string;
    warning: unknown;
    moved: Moved | null;
    announced: PriorPrediction['announced'] | null;
    announcedUnknown: boolean;
    carrierFirst: string | null;
    stops: unknown;
    weather: number | null;
    madeMs: number | null;
    p10Ms: number;
    p50Ms: number;
    p90Ms: number;
    stopsBefore: number;
    arrivingMs: number | null;
  }>(db, {
    name: 'predictions_before',
    text: `select i.id, e.warning, e.moved, e.announced,
                  e.shipment_id is not null and e.announced is null as announced_unknown,
                  f.date::text as carrier_first, j.stops, j.weather,
                  extract(epoch from a.made_at)::float8 * 1000 as made_ms,
                  extract(epoch from a.p10)::float8 * 1000 as p10_ms,
                  extract(epoch from a.p50)::float8 * 1000 as p50_ms,
                  extract(epoch from a.p90)::float8 * 1000 as p90_ms, a.stops_before,
                  extract(epoch from a.arriving_at)::float8 * 1000 as arriving_ms
           from unnest($1::uuid[]) as i(id)
           left join edd_predictions e on e.shipment_id = i.id
           left join edd_journeys j on j.shipment_id = i.id
           left join courier_arrivals a on a.shipment_id = i.id
           left join lateral (select date from edd_promises p
                              where p.shipment_id = i.id and p.whose = 'carrier'
                              order by shown_at limit 1) f on true`,
    values: [shipmentIds],
  });
  return new Map(
    rows.map(({ id, warning, moved, carrierFirst, stops, weather, ...row }) => [
      id,
      {
        warning,
        moved,
        carrierFirst,
        stops,
        weather,
        announced: row.announcedUnknown ? undefined : row.announced,
        arrival:
          row.madeMs === null
            ? null
            : {
                madeMs: row.madeMs,
                stopsBefore: row.stopsBefore,
                arrivingMs: row.arrivingMs,
                p10Ms: row.p10Ms,
                p50Ms: row.p50Ms,
                p90Ms: row.p90Ms,
              },
      },
    ]),
  );
}

/** The columns updated for every parcel. */
const UPDATED_COLUMNS = `due_at = p.due_at, miss_probability = p.miss_probability,
  warning = p.warning, moved = p.moved, announced = p.announced`;
/** The columns that explain the date. */
const EXPLAINED = `made_at = p.made_at, source = p.source, date = p.date,
  window_from = p.window_from, window_to = p.window_to,
  confidence = p.confidence, late = p.late, reasons = p.reasons,
  model_version = p.model_version, features_hash = p.features_hash`;

/** Stores predictions. A delivered parcel retains its last explanation, like its last date. */
export async function savePredictions(
  db: Queryable,
  made: readonly PredictionRow[],
  nowMs: number,
): Promise<void> {
  const isUnderWay = ({ isDelivered }: PredictionRow) => !isDelivered;
  await together([
    save(
      db,
      'save_predictions',
      `${UPDATED_COLUMNS}, ${EXPLAINED}`,
      made.filter(isUnderWay),
      nowMs,
    ),
    save(
      db,
      'end_predictions',
      UPDATED_COLUMNS,
      made.filter((each) => each.isDelivered),
      nowMs,
    ),
  ]);
}

/**
 * Inserts predictions; of those that exist, only the columns in `changes` are updated. A `merge`,
 * because the shards' locks exclude other writers, and `on conflict` writes more WAL.
 */
async function save(
  db: Queryable,
  name: string,
  changes: string,
  made: readonly PredictionRow[],
  nowMs: number,
): Promise<void> {
  if (made.length === 0) return;
  await db.query({
    name,
    text: `
      merge into edd_predictions as e using (
        select *, to_timestamp($1 / 1000.0) as made_at, to_timestamp(due_ms / 1000.0) as due_at
        from unnest($2::uuid[], $3::uuid[], $4::text[], $5::float8[], $6::text[], $7::date[],
                    $8::text[], $9::text[], $10::float8[], $11::bool[], $12::jsonb[], $13::int[],
                    $14::text[], $15::float8[], $16::jsonb[], $17::jsonb[], $18::jsonb[])
          as p(id, merchant_id, mode, due_ms, source, date, window_from, window_to, confidence,
               late, reasons, model_version, features_hash, miss_probability, warning, moved, announced)
      ) as p on e.shipment_id = p.id
      when matched then update set ${changes}
      when not matched then insert (shipment_id, merchant_id, mode, made_at, due_at, source, date,
          window_from, window_to, confidence, late, reasons, model_version, features_hash,
          miss_probability, warning, moved, announced)
        values (p.id, p.merchant_id, p.mode, p.made_at, p.due_at, p.source, p.date, p.window_from,
          p.window_to, p.confidence, p.late, p.reasons, p.model_version, p.features_hash,
          p.miss_probability, p.warning, p.moved, p.announced)`,
    values: [
      nowMs,
      made.map((each) => each.shipmentId),
      made.map((each) => each.tenant.merchantId),
      made.map((each) => each.tenant.mode),
      made.map((each) => each.dueAtMs),
      made.map((each) => each.source),
      made.map((each) => each.date),
      made.map((each) => each.from),
      made.map((each) => each.to),
      made.map((each) => each.confidence),
      made.map((each) => each.late),
      made.map((each) => JSON.stringify(storedReasons(each.reasons))),
      made.map((each) => each.modelVersion),
      made.map((each) => each.featuresHash),
      made.map((each) => each.missProbability),
      // Nearly all parcels have never been warned about, and null is read as that.
      made.map((each) =>
        JSON.stringify(isDeepStrictEqual(each.warning, NO_WARNING) ? null : each.warning),
      ),
      made.map((each) => (each.moved === null ? null : JSON.stringify(each.moved))),
      made.map((each) => JSON.stringify(each.announced)),
    ],
  });
}

/** Returns reasons as they are stored: without the lists that are empty. */
function storedReasons(reasons: PredictionRow['reasons']): Partial<PredictionRow['reasons']> {
  return Object.fromEntries(Object.entries(reasons).filter(([, list]) => list.length > 0));
}

/** Parcels whose date must be recomputed without an update, the longest due first. */
export async function duePredictions(
  db: Queryable,
  nowMs: number,
  limit: number,
): Promise<{ readonly id: string; readonly shard: number }[]> {
  return queryRows<{ id: string; shard: number }>(db, {
    name: 'due_predictions',
    text: `select e.shipment_id as id, s.shard from edd_predictions e
           join shipments s on s.id = e.shipment_id
           where e.due_at <= to_timestamp($1 / 1000.0) order by e.due_at limit $2`,
    values: [nowMs, limit],
  });
}

/**
 * Sets when these predictions are next due. Called before each attempt, so that a parcel whose
 * prediction fails does not block those behind it.
 */
export async function postponePredictions(
  db: Queryable,
  shipmentIds: readonly string[],
  untilMs: number,
): Promise<void> {
  await db.query({
    name: 'postpone_predictions',
    text: `update edd_predictions set due_at = to_timestamp($2 / 1000.0)
           where shipment_id = any($1::uuid[])`,
    values: [shipmentIds, untilMs],
  });
}

/**
 * Makes the stored predictions of these parcels due now, for the next pass over due predictions;
 * returns the ids of the parcels that have one.
 */
export async function markPredictionsDue(
  db: Queryable,
  shipmentIds: readonly string[],
  nowMs: number,
): Promise<ReadonlySet<string>> {
  return new Set(
    await queryColumn<string>(db, {
      name: 'mark_predictions_due',
      text: `update edd_predictions set due_at = least(due_at, to_timestamp($2 / 1000.0))
           where shipment_id = any($1::uuid[]) returning shipment_id`,
      values: [shipmentIds, nowMs],
    }),
  );
}

/** Erases the predictions of a deleted shipment, which is no longer used for learning either. */
export async function erasePredictions(db: Queryable, shipmentId: string): Promise<void> {
  await db.query('delete from edd_predictions where shipment_id = $1', [shipmentId]);
  await db.query('delete from edd_journeys where shipment_id = $1', [shipmentId]);
}

/** Records the dates whose day differs from the recorded one. */
export async function writeShownDates(
  db: Queryable,
  shown: readonly ShownDate[],
  nowMs: number,
): Promise<void> {
  if (shown.length === 0) return;
  await db.query({
    name: 'write_shown_dates',
    text: `
      insert into edd_promises (id, merchant_id, mode, shipment_id, whose, source, shown_at, stage,
        carrier, service_level, lane, date, window_from, window_to, confidence, miss_probability,
        warned, model_version, shown_on)
      select n.id, n.merchant_id, n.mode, n.shipment_id, n.whose, n.source,
             to_timestamp($1 / 1000.0), n.stage, n.carrier, n.service_level, n.lane, n.date,
             n.window_from, n.window_to, n.confidence, n.miss_probability, n.warned,
             n.model_version, n.shown_on
      from unnest($2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::text[],
                  $8::text[], $9::text[], $10::text[], $11::text[], $12::date[], $13::date[],
                  $14::date[], $15::float8[], $16::float8[], $17::bool[], $18::int[], $19::date[])
        as n(id, merchant_id, mode, shipment_id, whose, source, stage, carrier, service_level,
             lane, date, window_from, window_to, confidence, miss_probability, warned,
             model_version, shown_on)
      left join lateral (select date, warned from edd_promises p
                         where p.shipment_id = n.shipment_id and p.whose = n.whose
                         order by p.shown_at desc, p.id desc limit 1) last on true
      where last.date is distinct from n.date or (n.warned and not last.warned)`,
    values: [
      nowMs,
      shown.map(({ id }) => id),
      shown.map(({ tenant }) => tenant.merchantId),
      shown.map(({ tenant }) => tenant.mode),
      shown.map(({ shipmentId }) => shipmentId),
      shown.map(({ whose }) => whose),
      shown.map(({ source }) => source),
      shown.map(({ stage }) => stage),
      shown.map(({ carrier }) => carrier),
      shown.map(({ serviceLevel }) => serviceLevel),
      shown.map(({ lane }) => lane),
      shown.map(({ date }) => date),
      shown.map(({ from }) => from),
      shown.map(({ to }) => to),
      shown.map(({ confidence }) => confidence),
      shown.map(({ missProbability }) => missProbability),
      shown.map(({ warned }) => warned),
      shown.map(({ modelVersion }) => modelVersion),
      shown.map(({ shownOn }) => shownOn),
    ],
  });
}

/** Records the outcomes; a null day takes back a retracted delivery. */
export async function settleShownDates(
  db: Queryable,
  came: readonly { readonly shipmentId: string; readonly on: string | null }[],
): Promise<void> {
  if (came.length === 0) return;
  await db.query({
    name: 'settle_shown_dates',
    text: `update edd_promises p set delivered_on = c.day
           from unnest($1::uuid[], $2::date[]) as c(id, day)
           where p.shipment_id = c.id and p.delivered_on is distinct from c.day`,
    values: [came.map(({ shipmentId }) => shipmentId), came.map(({ on }) => on)],
  });
}
