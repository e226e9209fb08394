import type { Tenant } from '../../kernel/tenant.ts';
import { type Queryable, together } from '../../platform/database/database.ts';
import { joinedJson, jsonArray, plainArray } from '../../platform/database/plain-array.ts';
import { type Fact, ingestionKey, type Observation, type Pull, type Snapshot } from './history.ts';
import type { Additions } from './ingest.ts';
import { shortVersion, storedPlace, storedRule } from './short-forms.ts';

/** The new facts, observations, snapshot and pull of one shipment. */
export interface ShipmentAdditions extends Additions {
  readonly shipmentId: string;
  readonly tenant: Tenant;
}

/**
 * Stores the additions of a whole batch, with one statement per table, under the locks of the
 * shipments' shards. Additions hold only what the stored history lacked, and the lock excludes
 * other writers, so there is no `on conflict`: it costs 16 bytes of WAL a row for a speculative
 * insertion. A row that occurs twice in the batch is stored once.
 *
 * Each statement has a `returning`, because Citus writes the rows of an `insert … select` without one
 * with COPY, which row-level security forbids.
 */
export async function insertAdditions(
  db: Queryable,
  batch: readonly ShipmentAdditions[],
  nowMs: number,
): Promise<void> {
  const facts = distinct(
    flat(batch, (a) => a.facts),
    (fact) => fact.identity,
  );
  const { first, later } = firstObservations(
    facts,
    distinct(
      flat(batch, (a) => a.observations),
      ({ identity, observation }) => `${identity} ${ingestionKey(observation)}`,
    ),
  );
  const snapshots = distinct(
    flat(batch, (a) => (a.snapshot ? [a.snapshot] : [])),
    ingestionKey,
  );
  const pulls = distinct(
    flat(batch, (a) => (a.pull ? [a.pull] : [])),
    (pull) => `${pull.atMs} ${ingestionKey(pull)}`,
  );
  await together([
    insertFacts(db, facts, first, nowMs),
    insertObservations(db, later),
    insertSnapshots(db, snapshots),
    insertPulls(db, pulls),
  ]);
}

interface Owned<T> {
  readonly shipmentId: string;
  readonly tenant: Tenant;
  readonly value: T;
}

function flat<T>(
  batch: readonly ShipmentAdditions[],
  pick: (additions: ShipmentAdditions) => readonly T[],
): Owned<T>[] {
  return batch.flatMap((additions) =>
    pick(additions).map((value) => ({
      shipmentId: additions.shipmentId,
      tenant: additions.tenant,
      value,
    })),
  );
}

/** Returns the first row with each key of each shipment. */
function distinct<T>(rows: readonly Owned<T>[], keyOf: (value: T) => string): readonly Owned<T>[] {
  const first = new Map<string, Owned<T>>();
  for (const row of rows) {
    const key = `${row.shipmentId} ${keyOf(row.value)}`;
    if (!first.has(key)) first.set(key, row);
  }
  return first.size === rows.length ? rows : [...first.values()];
}

interface Observed {
  readonly identity: string;
  readonly observation: Observation;
}

/**
 * Separates the first observation of each new fact, which is stored in the fact's row, from the
 * others. `first` has an entry for each fact.
 */
function firstObservations(
  facts: readonly Owned<Fact>[],
  observations: readonly Owned<Observed>[],
): { first: readonly (Observation | null)[]; later: readonly Owned<Observed>[] } {
  const keyOf = (shipmentId: string, identity: string) => `${shipmentId} ${identity}`;
  const firstOf = new Map<string, Observation | null>(
    facts.map(({ shipmentId, value }) => [keyOf(shipmentId, value.identity), null]),
  );
  const later = observations.filter(({ shipmentId, value: { identity, observation } }) => {
    const key = keyOf(shipmentId, identity);
    if (firstOf.get(key) !== null) return true;
    firstOf.set(key, observation);
    return false;
  });
  return { first: [...firstOf.values()], later };
}

/** Values of the three leading columns of every tenant table. */
function owners(rows: readonly Owned<unknown>[]): unknown[] {
  return [
    plainArray(rows, (row) => row.shipmentId),
    plainArray(rows, (row) => row.tenant.merchantId),
    plainArray(rows, (row) => row.tenant.mode),
  ];
}

/** Inserts facts with their first observations, one for each, in one statement. */
async function insertFacts(
  db: Queryable,
  rows: readonly Owned<Fact>[],
  first: readonly (Observation | null)[],
  nowMs: number,
): Promise<void> {
  if (rows.length === 0) return;
  const facts = rows.map((row) => row.value);
  await db.query({
    name: 'insert_facts',
    text: `
      insert into facts (shipment_id, merchant_id, mode, identity, source, code, codes, piece,
        summary, status, reason, milestone, logical, hidden, known, reviewed, correction,
        return_cancelled, rule, mapping_version, about, text_key, reported_logical, neutral_reading,
        inbound_message_id, message_shared, message_source, trust, by_account, local, time_precision, zone_source,
        offset_min, zone, place, carrier_piece_id, zone_facility_id, neutral_time, received_at, bridge,
        created_at)
      select f.*, to_timestamp($25 / 1000.0)
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
        ${jsonArray('$7')}, $8::text[], $9::bool[], $10::text[], $11::text[], $12::text[], $13::bool[],
        $14::bool[], $15::bool[], $16::bool[], $17::bool[], $18::bool[], ${jsonArray('$19')},
        $20::text[], $21::text[], $22::text[], $23::bool[], ${jsonArray('$24')}, $26::uuid[],
        $27::bool[], $28::text[], $29::text[], $30::bool[], $31::text[], $32::text[], $33::text[],
        $34::smallint[], $35::text[], ${jsonArray('$36')}, $37::text[], $38::uuid[],
        ${jsonArray('$39')}, $40::timestamptz[], $41::text[]) as f
      returning 1`,
    values: [
      ...owners(rows),
      plainArray(facts, (f) => f.identity),
      plainArray(facts, (f) => f.source),
      facts.map((f) => f.code),
      joinedJson(facts, (f) => f.codes),
      facts.map((f) => f.piece),
      plainArray(facts, (f) => f.summary),
      plainArray(facts, (f) => f.reading.status),
      facts.map((f) => f.reading.reason),
      facts.map((f) => f.reading.milestone),
      plainArray(facts, (f) => f.reading.logical),
      plainArray(facts, (f) => f.reading.hidden),
      plainArray(facts, (f) => f.reading.known),
      plainArray(facts, (f) => f.reading.reviewed),
      plainArray(facts, (f) => f.reading.correction),
      plainArray(facts, (f) => f.reading.returnCancelled),
      joinedJson(facts, (f) => storedRule(f.reading.rule, f.codes)),
      facts.map((f) => shortVersion(f.reading.mappingVersion)),
      facts.map((f) => f.about),
      facts.map((f) => f.reading.text ?? null),
      plainArray(facts, (f) => f.reportedLogical ?? null),
      joinedJson(facts, (f) => f.neutral),
      nowMs,
      ...observationValues(first),
      facts.map((f) => f.bridge ?? null),
    ],
  });
}

/**
 * The parameters for facts' first observations, in the order of `insert_facts`; null for a fact
 * without one.
 */
function observationValues(observations: readonly (Observation | null)[]): unknown[] {
  return [
    plainArray(observations, (s) => s?.inboundMessageId ?? null),
    plainArray(observations, (s) => s && s.isAlone !== true),
    plainArray(observations, (s) => s?.source ?? null),
    plainArray(observations, (s) => s?.trust ?? null),
    plainArray(observations, (s) => s?.byAccount ?? null),
    observations.map((s) => s?.time.local ?? null),
    plainArray(observations, (s) => s?.time.precision ?? null),
    plainArray(observations, (s) => s?.time.zoneSource ?? null),
    plainArray(observations, (s) => s?.time.offsetMin ?? null),
    observations.map((s) => s?.time.zone ?? null),
    joinedJson(observations, (s) => s?.place && storedPlace(s.place)),
    observations.map((s) => s?.carrierPieceId ?? null),
    observations.map((s) => s?.zoneFacilityId ?? null),
    joinedJson(observations, (s) => s?.neutralTime),
    plainArray(observations, (s) => s && new Date(s.receivedAtMs).toISOString()),
  ];
}

/** Inserts later observations in one statement. */
async function insertObservations(db: Queryable, rows: readonly Owned<Observed>[]): Promise<void> {
  if (rows.length === 0) return;
  const observations = rows.map((row) => row.value.observation);
  await db.query({
    name: 'insert_observations',
    text: `
      insert into observations (shipment_id, merchant_id, mode, identity, inbound_message_id, source, trust,
        by_account, received_at, local, time_precision, zone_source, offset_min, zone, place,
        carrier_piece_id, zone_facility_id, neutral_time)
      select s.shipment_id, s.merchant_id, s.mode, s.identity, s.inbound_message_id, s.source, s.trust,
        s.by_account, to_timestamp(s.received_ms / 1000.0), s.local, s.time_precision,
        s.zone_source, s.offset_min, s.zone, s.place, s.carrier_piece_id, s.zone_facility_id,
        s.neutral_time
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::text[],
        $7::text[], $8::bool[], $9::float8[], $10::text[], $11::text[], $12::text[],
        $13::smallint[], $14::text[], ${jsonArray('$15')}, $16::text[], $17::uuid[],
        ${jsonArray('$18')})
        as s(shipment_id, merchant_id, mode, identity, inbound_message_id, source, trust, by_account,
             received_ms, local, time_precision, zone_source, offset_min, zone, place,
             carrier_piece_id, zone_facility_id, neutral_time)
      returning 1`,
    values: [
      ...owners(rows),
      plainArray(rows, (row) => row.value.identity),
      plainArray(observations, (s) => s.inboundMessageId),
      plainArray(observations, (s) => s.source),
      plainArray(observations, (s) => s.trust),
      plainArray(observations, (s) => s.byAccount),
      plainArray(observations, (s) => s.receivedAtMs),
      observations.map((s) => s.time.local),
      plainArray(observations, (s) => s.time.precision),
      plainArray(observations, (s) => s.time.zoneSource),
      plainArray(observations, (s) => s.time.offsetMin),
      observations.map((s) => s.time.zone),
      joinedJson(observations, (s) => s.place && storedPlace(s.place)),
      observations.map((s) => s.carrierPieceId),
      observations.map((s) => s.zoneFacilityId ?? null),
      joinedJson(observations, (s) => s.neutralTime),
    ],
  });
}

/** Inserts snapshots in one statement. */
async function insertSnapshots(db: Queryable, rows: readonly Owned<Snapshot>[]): Promise<void> {
  if (rows.length === 0) return;
  const snapshots = rows.map((row) => row.value);
  await db.query({
    name: 'insert_snapshots',
    text: `
      insert into snapshots (shipment_id, merchant_id, mode, inbound_message_id, received_at, trust, as_of,
        return_flag, estimated_delivery, service_level, weight_g, pieces_total, proofs,
        carrier_piece_id, bridge)
      select s.shipment_id, s.merchant_id, s.mode, s.inbound_message_id,
        to_timestamp(s.received_ms / 1000.0), s.trust, to_timestamp(s.as_of_ms / 1000.0), s.return_flag,
        s.estimated_delivery, s.service_level, s.weight_g, s.pieces_total,
        array(select jsonb_array_elements_text(s.proofs)), s.carrier_piece_id, s.bridge
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::float8[], $6::float8[],
        $7::bool[], $8::jsonb[], $9::text[], $10::int[], $11::int[], $12::jsonb[], $13::text[],
        $14::text[], $15::text[])
        as s(shipment_id, merchant_id, mode, inbound_message_id, received_ms, as_of_ms, return_flag,
             estimated_delivery, service_level, weight_g, pieces_total, proofs, trust,
             carrier_piece_id, bridge)
      returning 1`,
    values: [
      ...owners(rows),
      snapshots.map((s) => s.inboundMessageId),
      snapshots.map((s) => s.receivedAtMs),
      snapshots.map((s) => s.asOfMs),
      snapshots.map((s) => s.returnFlag),
      snapshots.map((s) =>
        s.estimatedDelivery === null ? null : JSON.stringify(s.estimatedDelivery),
      ),
      snapshots.map((s) => s.serviceLevel),
      snapshots.map((s) => s.weightG),
      snapshots.map((s) => s.piecesTotal),
      snapshots.map((s) => JSON.stringify(s.proofs)),
      snapshots.map((s) => s.trust),
      snapshots.map((s) => s.carrierPieceId),
      snapshots.map((s) => s.bridge ?? null),
    ],
  });
}

/** Inserts pulls in one statement. */
async function insertPulls(db: Queryable, rows: readonly Owned<Pull>[]): Promise<void> {
  if (rows.length === 0) return;
  const pulls = rows.map((row) => row.value);
  await db.query({
    name: 'insert_pulls',
    text: `
      insert into pulls (shipment_id, merchant_id, mode, inbound_message_id, pulled_at, is_full,
        identities, reaches_back_to, carrier_piece_id, bridge)
      select p.shipment_id, p.merchant_id, p.mode, p.inbound_message_id,
        to_timestamp(p.pulled_ms / 1000.0), p.is_full,
        array(select jsonb_array_elements_text(p.identities)),
        to_timestamp(p.reaches_ms / 1000.0), p.carrier_piece_id, p.bridge
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::float8[], $6::bool[],
        $7::jsonb[], $8::float8[], $9::text[], $10::text[])
        as p(shipment_id, merchant_id, mode, inbound_message_id, pulled_ms, is_full, identities, reaches_ms,
             carrier_piece_id, bridge)
      returning 1`,
    values: [
      ...owners(rows),
      pulls.map((p) => p.inboundMessageId),
      pulls.map((p) => p.atMs),
      pulls.map((p) => p.full),
      pulls.map((p) => JSON.stringify(p.identities)),
      pulls.map((p) => p.reachesBackToMs),
      pulls.map((p) => p.carrierPieceId),
      pulls.map((p) => p.bridge ?? null),
    ],
  });
}
