import type pg from 'pg';
import { publicAnswer, publicTrack } from '../../src/tracking/public/public-track.ts';
import type { TimelineEvent } from '../../src/tracking/views/timeline.ts';
import { minuteScan } from '../../test/support/fedex-push.ts';
import { CARRIER } from './bulk-load.ts';

/**
 * Inserts a history for every registered parcel: facts and the public answer as the
 * pipeline would have left them, by statements of the server itself. Parcels share a few histories,
 * but each answer has its own number.
 */
const SCANS = [
  { code: 'OC', status: 'created', city: null },
  { code: 'PU', status: 'picked_up', city: 'SPOKANE' },
  { code: 'DP', status: 'in_transit', city: 'NASHVILLE' },
  { code: 'AR', status: 'at_facility', city: 'MEMPHIS' },
  { code: 'OD', status: 'out_for_delivery', city: 'NORTON' },
] as const;
/** How many scans parcels have: 3, 4 or 5. */
const STAGES = [3, 4, 5] as const;
const NUMBER = '{number}';

/** Writes a history for every registered parcel, over two connections at the same time. */
export async function loadHistories(facts: pg.Client, answers: pg.Client): Promise<void> {
  await Promise.all([
    writeFacts(facts).then(() => facts.query('analyze facts')),
    writeAnswers(answers).then(() => answers.query('vacuum (analyze) public_tracks')),
  ]);
}

const SCANS_OF = `(select row_number() over () - 1 as nr, * from unnest($1::text[], $2::text[],
  $3::text[]) as t(code, local, status)) as scan`;
/** The condition for a scan. A parcel's scans depend on its number, so that all tables agree. */
const HAS_SCAN = `scan.nr < ${STAGES[0]} + (right(s.tracking_number, 4)::int % ${STAGES.length})`;

function scanValues(): unknown[] {
  return [
    SCANS.map(({ code }) => code),
    SCANS.map((_, n) => localOf(n)),
    SCANS.map(({ status }) => status),
  ];
}

async function writeFacts(client: pg.Client): Promise<void> {
  await client.query(
    `insert into facts (shipment_id, identity, merchant_id, mode, source, code, codes, summary,
       status, logical, hidden, known, reviewed, correction, return_cancelled, mapping_version,
       created_at, inbound_message_id, message_source, trust, by_account, received_at, local,
       time_precision, zone_source, offset_min, place)
     select s.id, md5(scan.code || scan.local), s.merchant_id, s.mode, 'carrier', scan.code,
       jsonb_build_object('event', scan.code), false, scan.status, false, false, true, true, false,
       false, 'bench', now(), s.id, 'webhook', 'signed', false, now(), scan.local, 'second',
       'offset', -300, '{"city":"MEMPHIS","country":"US"}'
     from shipments s join ${SCANS_OF} on ${HAS_SCAN}`,
    scanValues(),
  );
}

async function writeAnswers(client: pg.Client): Promise<void> {
  await client.query(
    `insert into public_tracks (tracking_number, carrier, body, etag, max_age_s, updated_at)
     select tracking_number, carrier, body,
       '"' || left(translate(encode(sha256(body), 'base64'), '+/', '-_'), 22) || '"', 10, now()
     from (select s.tracking_number, s.carrier, convert_to(replace(
             ($1::text[])[1 + right(s.tracking_number, 4)::int % ${STAGES.length}],
             '${NUMBER}', s.tracking_number), 'UTF8') as body
           from shipments s) as answer`,
    [STAGES.map(answerAfter)],
  );
}

/**
 * The public answer after that many scans, rendered by the product, with a placeholder for the
 * number.
 */
function answerAfter(scans: number): string {
  const events = SCANS.slice(0, scans).map(toEvent).reverse();
  const track = publicTrack(
    {
      trackingNumber: NUMBER,
      carrier: CARRIER,
      status: SCANS[scans - 1]?.status ?? 'created',
      subStatus: null,
      confirmed: true,
      estimatedDelivery: null,
      destinationZone: null,
      events,
    },
    ({ status }) => `A text about ${status}`,
  );
  return publicAnswer(track).body.toString('utf8');
}

function toEvent({ code, status, city }: (typeof SCANS)[number], n: number): TimelineEvent {
  return {
    identity: String(n),
    source: 'carrier',
    code,
    status,
    reason: null,
    milestone: null,
    occurredAt: new Date(`${localOf(n)}-05:00`).toISOString(),
    occurredLocal: localOf(n),
    timeZone: '-05:00',
    zoneSource: 'offset',
    place: { city, region: 'TN', postalCode: null, country: 'US', facility: null },
    verdict: 'standing',
  };
}

function localOf(n: number): string {
  return minuteScan(n * 400).date.slice(0, 19);
}
