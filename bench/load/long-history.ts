import type pg from 'pg';
import { type Mapping, readFact } from '../../src/normalization/index.ts';
import {
  type Fact,
  foldInput,
  type History,
  type Observation,
} from '../../src/tracking/facts/history.ts';
import { fold } from '../../src/tracking/fold/fold.ts';
import { publicAnswer, publicTrack } from '../../src/tracking/public/public-track.ts';
import { stateOf } from '../../src/tracking/record/state.ts';
import { timeline } from '../../src/tracking/views/timeline.ts';
import { minuteScan } from '../../test/support/fedex-push.ts';
import { CARRIER } from './bulk-load.ts';

/**
 * Inserts ten facts for every registered parcel, with states and public answers as the pipeline
 * would have left them by that mapping, by statements of the server itself. Nearly all parcels end
 * with one code, a few with another.
 */
export const COMMON_END = 'OD';
export const RARE_END = 'HL';
/** One parcel in this many ends with the rare code. */
export const RARE_EVERY = 1_000;
export const FACTS_A_PARCEL = 10;

const WAY = ['OC', 'PU', 'DP', 'AR', 'IT', 'AR', 'DP', 'AR', 'IT'] as const;
const NUMBER = '{number}';
const POLICY = { pullsFullHistory: true, historyMaxEvents: null, historyMaxAgeMs: null };

/**
 * Writes ten facts for every registered parcel, read by that mapping, with states and public
 * answers.
 */
export async function loadLongHistories(client: pg.Client, mapping: Mapping): Promise<void> {
  for (const [end, which] of [
    [COMMON_END, '<>'],
    [RARE_END, '='],
  ] as const) {
    // Without their check digit, the numbers are consecutive.
    const having = `left(s.tracking_number, -1)::bigint % ${RARE_EVERY} ${which} 0`;
    await writeParcels(client, historyOf(mapping, end), having);
  }
  // Every known parcel has a date, or a record that there is none.
  await client.query(`
    insert into edd_predictions (shipment_id, merchant_id, mode, made_at, due_at, source,
                                 confidence, late, reasons, features_hash, warning)
    select id, merchant_id, mode, now(), now() + interval '1 day', 'none', 0, false, '[]', '', '{}'
    from shipments`);
  await client.query('vacuum (analyze) edd_predictions');
  await client.query('vacuum (analyze) facts');
  await client.query('vacuum (analyze) observations');
  await client.query('vacuum (analyze) shipments');
  await client.query('vacuum (analyze) public_tracks');
}

function historyOf(mapping: Mapping, end: string): History {
  const facts = [...WAY, end].map((code, index): Fact => {
    const identity = `${code} ${index}`;
    const observation: Observation = {
      inboundMessageId: '00000000-0000-7000-8000-000000000001',
      carrierPieceId: null,
      source: 'webhook',
      trust: 'signed',
      byAccount: false,
      receivedAtMs: Date.parse('2026-03-20T00:00:00Z'),
      time: {
        local: minuteScan(index * 400).date.slice(0, 19),
        precision: 'second',
        zoneSource: 'offset',
        offsetMin: -300,
        zone: null,
      },
      place: { city: 'MEMPHIS', region: 'TN', postalCode: null, country: 'US', facility: null },
    };
    return {
      identity,
      code,
      source: 'carrier',
      codes: { event: code },
      piece: null,
      summary: false,
      about: null,
      reportedLogical: false,
      observations: [observation],
      reading: readFact(mapping, { codes: { event: code }, logical: false }),
    };
  });
  return {
    facts: new Map(facts.map((fact) => [fact.identity, fact])),
    snapshots: new Map(),
    pulls: [],
  };
}

async function writeParcels(client: pg.Client, history: History, having: string): Promise<void> {
  const folded = fold(foldInput(history, POLICY, Date.parse('2026-01-01T00:00:00Z')));
  const state = stateOf(history, folded);
  const rows = JSON.stringify(
    [...history.facts.values()].map(({ identity, code, codes, reading, observations }) => ({
      identity,
      code,
      codes,
      ...reading,
      local: observations[0]?.time.local,
      place: observations[0]?.place,
    })),
  );
  const scans = `jsonb_to_recordset($1::jsonb) as f(identity text, code text, codes jsonb,
    status text, reason text, milestone text, logical bool, hidden bool, known bool, reviewed bool,
    correction bool, "returnCancelled" bool, rule jsonb, "mappingVersion" text, local text,
    place jsonb)`;
  await client.query(
    `insert into facts (shipment_id, identity, merchant_id, mode, source, code, codes, summary,
       status, reason, milestone, logical, hidden, known, reviewed, correction, return_cancelled,
       rule, mapping_version, reported_logical, created_at, inbound_message_id, message_source,
       trust, by_account, received_at, local, time_precision, zone_source, offset_min, place)
     select s.id, f.identity, s.merchant_id, s.mode, 'carrier', f.code, f.codes, false, f.status,
       f.reason, f.milestone, f.logical, f.hidden, f.known, f.reviewed, f.correction,
       f."returnCancelled", f.rule, f."mappingVersion", false, now() - interval '1 day', s.id,
       'webhook', 'signed', false, '2026-03-20T00:00:00Z', f.local, 'second', 'offset', -300,
       f.place
     from shipments s, ${scans} where ${having}`,
    [rows],
  );
  await client.query(
    `update shipments s set status = $1, sub_status = $2, confirmed = $3, steering = $4,
       last_event_at = to_timestamp($5::float8 / 1000) where ${having}`,
    [state.status, state.subStatus, state.confirmed, state.steering, state.lastEventAtMs],
  );
  const { subStatus } = state;
  const answer = publicAnswer(
    publicTrack(
      {
        trackingNumber: NUMBER,
        carrier: CARRIER,
        status: state.status,
        subStatus,
        confirmed: state.confirmed,
        estimatedDelivery: null,
        destinationZone: null,
        events: timeline(history, folded, null),
      },
      ({ status }) => `A text about ${status}`,
    ),
  );
  await client.query(
    `insert into public_tracks (tracking_number, carrier, body, etag, max_age_s, updated_at)
     select tracking_number, carrier, body,
       '"' || left(translate(encode(sha256(body), 'base64'), '+/', '-_'), 22) || '"', 10, now()
     from (select s.tracking_number, s.carrier,
             convert_to(replace($1, '${NUMBER}', s.tracking_number), 'UTF8') as body
           from shipments s where ${having}) as answer`,
    [answer.body.toString('utf8')],
  );
}
