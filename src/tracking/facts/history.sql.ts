import type { CodeMatch } from '../../adapters/contract/contract.ts';
import type { ReadStatus } from '../../kernel/status.ts';
import type { PlaceTime, TimePrecision, ZoneSource } from '../../kernel/time/place-time.ts';
import type { InboundMessageSource, Trust } from '../../kernel/trust.ts';
import type { Reading } from '../../normalization/index.ts';
import { type Queryable, together } from '../../platform/database/database.ts';
import type { FactSource, FoldEstimate } from '../fold/fold-input.ts';
import {
  type Fact,
  type History,
  type Ingestion,
  ingestionKey,
  type Observation,
  type Pull,
  type ReadBefore,
  type Snapshot,
} from './history.ts';
import { placeOf, ruleOf, type StoredPlace, type StoredRule } from './short-forms.ts';

/** A fact, with its first observation unless that is a row of its own. */
interface FactRow extends ObservationColumns {
  shipment_id: string;
  identity: string;
  source: FactSource;
  bridge: string | null;
  code: string;
  codes: CodeMatch;
  piece: string | null;
  summary: boolean;
  about: string | null;
  status: ReadStatus;
  reason: string | null;
  milestone: string | null;
  logical: boolean;
  hidden: boolean;
  known: boolean;
  reviewed: boolean;
  correction: boolean;
  return_cancelled: boolean;
  rule: StoredRule;
  mapping_version: string;
  text_key: string | null;
  reported_logical: boolean | null;
  neutral_reading: Reading | null;
  read_before: ReadBefore | null;
  inbound_message_id: string | null;
  message_shared: boolean | null;
  message_source: InboundMessageSource;
}

interface ObservationRow extends ObservationColumns {
  shipment_id: string;
  identity: string;
  inbound_message_id: string;
  source: InboundMessageSource;
}

interface ObservationColumns {
  carrier_piece_id: string | null;
  trust: Trust;
  by_account: boolean;
  received_ms: number;
  local: string | null;
  time_precision: TimePrecision;
  zone_source: ZoneSource;
  offset_min: number | null;
  zone: string | null;
  place: StoredPlace | null;
  zone_facility_id: string | null;
  neutral_time: PlaceTime | null;
}

interface SnapshotRow {
  shipment_id: string;
  bridge: string | null;
  inbound_message_id: string;
  carrier_piece_id: string | null;
  received_at: Date;
  trust: Trust;
  as_of: Date | null;
  return_flag: boolean | null;
  estimated_delivery: FoldEstimate | null;
  service_level: string | null;
  weight_g: number | null;
  pieces_total: number | null;
  proofs: string[];
}

interface PullRow {
  shipment_id: string;
  bridge: string | null;
  inbound_message_id: string;
  carrier_piece_id: string | null;
  pulled_at: Date;
  is_full: boolean;
  identities: string[];
  reaches_back_to: Date | null;
}

/**
 * The columns by name, without those that nothing here uses: a history has dozens of these rows,
 * and parsing them dominates the cost of loading one. A number parses faster than a date.
 */
const OBSERVATION_COLUMNS = `inbound_message_id, carrier_piece_id, trust, by_account,
  (extract(epoch from received_at) * 1000)::float8 as received_ms, local, time_precision,
  zone_source, offset_min, zone, place, zone_facility_id, neutral_time`;
const FACT_COLUMNS = `shipment_id, identity, source, bridge, code, codes, piece, summary, about, status,
  reason, milestone, logical, hidden, known, reviewed, correction, return_cancelled, rule,
  mapping_version, text_key, reported_logical, neutral_reading, read_before, message_source,
  message_shared, ${OBSERVATION_COLUMNS}`;
/** By name, because a prepared `select *` fails in every running process when a column is added. */
const SNAPSHOT_COLUMNS = `shipment_id, bridge, inbound_message_id, carrier_piece_id, received_at, trust,
  as_of, return_flag, estimated_delivery, service_level, weight_g, pieces_total, proofs`;
const PULL_COLUMNS = `shipment_id, bridge, inbound_message_id, carrier_piece_id, pulled_at, is_full,
  identities, reaches_back_to`;

/**
 * Loads everything received about these shipments. A shipment without history gets an empty one.
 */
export async function loadHistories(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<Map<string, History>> {
  const of = (name: string, text: string) => ({ name, text, values: [shipmentIds] });
  if (shipmentIds.length === 0) return new Map();
  const loading = [
    db.query<FactRow>(
      of('facts_of', `select ${FACT_COLUMNS} from facts where shipment_id = any($1::uuid[])`),
    ),
    db.query<ObservationRow>(
      of(
        'observations_of',
        `select shipment_id, identity, source, ${OBSERVATION_COLUMNS} from observations
         where shipment_id = any($1::uuid[])`,
      ),
    ),
    db.query<SnapshotRow>(
      of(
        'snapshots_of',
        `select ${SNAPSHOT_COLUMNS} from snapshots where shipment_id = any($1::uuid[])`,
      ),
    ),
    db.query<PullRow>(
      of('pulls_of', `select ${PULL_COLUMNS} from pulls where shipment_id = any($1::uuid[])`),
    ),
  ] as const;
  await together(loading);
  const [facts, observations, snapshots, pulls] = await Promise.all(loading);
  const histories = new Map(
    shipmentIds.map((id) => [
      id,
      {
        facts: new Map<string, Fact & { observations: Observation[] }>(),
        snapshots: new Map<string, Snapshot>(),
        pulls: [] as Pull[],
      },
    ]),
  );
  for (const row of facts.rows) {
    const observed =
      row.inbound_message_id === null
        ? []
        : [
            {
              ...toObservation(row, row.inbound_message_id, row.message_source),
              ...(row.message_shared === false && { isAlone: true as const }),
            },
          ];
    const fact = { ...toFact(row), observations: observed };
    histories.get(row.shipment_id)?.facts.set(row.identity, fact);
  }
  for (const row of observations.rows) {
    const fact = histories.get(row.shipment_id)?.facts.get(row.identity);
    fact?.observations.push(toObservation(row, row.inbound_message_id, row.source));
  }
  for (const row of snapshots.rows) {
    const snapshot = toSnapshot(row);
    histories.get(row.shipment_id)?.snapshots.set(ingestionKey(snapshot), snapshot);
  }
  for (const row of pulls.rows) histories.get(row.shipment_id)?.pulls.push(toPull(row));
  return histories;
}

/** Converts a row; optional members are absent instead of null. */
function toFact(row: FactRow): Omit<Fact, 'observations'> {
  return {
    identity: row.identity,
    source: row.source,
    ...(row.bridge === null ? {} : { bridge: row.bridge }),
    code: row.code,
    codes: row.codes,
    piece: row.piece,
    summary: row.summary,
    about: row.about,
    ...(row.reported_logical === null ? {} : { reportedLogical: row.reported_logical }),
    ...(row.neutral_reading === null ? {} : { neutral: row.neutral_reading }),
    ...(row.read_before === null ? {} : { readBefore: row.read_before }),
    reading: {
      status: row.status,
      reason: row.reason,
      milestone: row.milestone,
      logical: row.logical,
      hidden: row.hidden,
      known: row.known,
      reviewed: row.reviewed,
      correction: row.correction,
      returnCancelled: row.return_cancelled,
      rule: ruleOf(row.rule, row.codes),
      mappingVersion: row.mapping_version,
      ...(row.text_key === null ? {} : { text: row.text_key }),
    },
  };
}

/** Converts a row; optional members are absent instead of null. */
function toObservation(
  row: ObservationColumns,
  inboundMessageId: string,
  source: InboundMessageSource,
): Observation {
  const time: PlaceTime = {
    local: row.local,
    precision: row.time_precision,
    zoneSource: row.zone_source,
    offsetMin: row.offset_min,
    zone: row.zone,
  };
  return {
    inboundMessageId,
    carrierPieceId: row.carrier_piece_id,
    source,
    trust: row.trust,
    byAccount: row.by_account,
    receivedAtMs: row.received_ms,
    time,
    place: row.place && placeOf(row.place),
    ...(row.zone_facility_id === null ? {} : { zoneFacilityId: row.zone_facility_id }),
    ...(row.neutral_time === null ? {} : { neutralTime: row.neutral_time }),
  };
}

function toSnapshot(row: SnapshotRow): Snapshot {
  return {
    inboundMessageId: row.inbound_message_id,
    carrierPieceId: row.carrier_piece_id,
    ...(row.bridge === null ? {} : { bridge: row.bridge }),
    receivedAtMs: row.received_at.getTime(),
    trust: row.trust,
    asOfMs: row.as_of?.getTime() ?? null,
    returnFlag: row.return_flag,
    estimatedDelivery: row.estimated_delivery,
    serviceLevel: row.service_level,
    weightG: row.weight_g,
    piecesTotal: row.pieces_total,
    proofs: row.proofs,
  };
}

function toPull(row: PullRow): Pull {
  return {
    inboundMessageId: row.inbound_message_id,
    carrierPieceId: row.carrier_piece_id,
    ...(row.bridge === null ? {} : { bridge: row.bridge }),
    atMs: row.pulled_at.getTime(),
    full: row.is_full,
    identities: row.identities,
    reachesBackToMs: row.reaches_back_to?.getTime() ?? null,
  };
}

/**
 * What is moved from an instance to the number's next one, because it belongs there. Pulls stay:
 * they list nothing older than the end of the instance, so an absence from them proves nothing
 * here.
 */
export interface Release {
  readonly identities: readonly string[];
  readonly snapshots: readonly Ingestion[];
}

/**
 * Deletes from one instance what the next one is about to receive. Observations are deleted with
 * their facts.
 */
export async function releaseHistory(
  db: Queryable,
  shipmentId: string,
  { identities, snapshots }: Release,
): Promise<void> {
  await together([
    db.query({
      name: 'release_facts',
      text: `with seen as (delete from observations
                           where shipment_id = $1 and identity = any($2::text[]))
             delete from facts where shipment_id = $1 and identity = any($2::text[])`,
      values: [shipmentId, identities],
    }),
    db.query({
      name: 'release_snapshots',
      text: `delete from snapshots s using unnest($2::uuid[], $3::text[]) as h(inbound_message_id, piece_id)
             where s.shipment_id = $1 and s.inbound_message_id = h.inbound_message_id
               and s.carrier_piece_id is not distinct from h.piece_id`,
      values: [
        shipmentId,
        snapshots.map(({ inboundMessageId }) => inboundMessageId),
        snapshots.map(({ carrierPieceId }) => carrierPieceId),
      ],
    }),
  ]);
}
