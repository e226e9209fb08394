import type { Queryable } from '../../platform/database/database.ts';
import { queryRow, queryRows } from '../../platform/database/query-rows.ts';
import { leasedRows } from '../../platform/work/leased-rows.ts';
import type { PollTarget, ProofOffer, TargetGroup, TargetKey } from '../due/target.ts';
import { LEASE_TOKEN, TARGET_KEY } from '../due/target-row.sql.ts';
import { FIRST_AFTER_MS, FIRST_WHY, type ProofRequestState } from './decide.ts';

/** A leased request, with what is known of its parcel. */
export interface LeasedRequest extends TargetKey, ProofRequestState {
  readonly shipmentId: string;
  readonly leaseToken: string;
  readonly proofOffer: ProofOffer | null;
  readonly lastFactAtMs: number | null;
}

const KEY = 'merchant_id, mode, carrier, tracking_number';
const OF_GROUP = 'p.merchant_id = $1 and p.mode = $2 and p.carrier = $3';
/** The condition of `isProofWanted`, for a target named t. */
const IS_WANTED = `t.shipment_id = p.shipment_id and t.status = 'delivered' and t.confirmed
  and (t.end_reason is null or t.end_reason not in ('deleted', 'refused'))`;
const at = (ms: string) => `to_timestamp(${ms} / 1000.0)`;
const STATE =
  'p.state, p.why, p.tries, p.failures, p.wanted_at, p.first_requested_at, p.next_try_at';
const groupValues = ({ merchantId, mode, carrier }: TargetGroup) => [merchantId, mode, carrier];

const REQUESTS = leasedRows<TargetKey & Pick<LeasedRequest, 'leaseToken'>>({
  table: 'proof_requests',
  alias: 'p',
  key: TARGET_KEY,
  until: 'next_try_at',
  token: LEASE_TOKEN,
});

/**
 * Adds requests for the proofs of these deliveries. An existing request stays as it is, unless the
 * number was reused for another shipment.
 */
export async function addProofRequests(
  tx: Queryable,
  targets: readonly PollTarget[],
  nowMs: number,
): Promise<void> {
  if (targets.length === 0) return;
  await tx.query({
    name: 'add_proof_requests',
    text: `
      insert into proof_requests as p (${KEY}, shipment_id, state, why, wanted_at, next_try_at)
      select k.*, 'waiting', $6, ${at('$7')}, ${at('$8')}
      from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[]) as k
      on conflict (${KEY}) do update set
        shipment_id = excluded.shipment_id, state = excluded.state, why = excluded.why,
        wanted_at = excluded.wanted_at, next_try_at = excluded.next_try_at, tries = 0,
        failures = 0, first_requested_at = null, lease_token = p.lease_token + 1
      where p.shipment_id <> excluded.shipment_id`,
    values: [...keyValues(targets), FIRST_WHY, nowMs, nowMs + FIRST_AFTER_MS],
  });
}

/** Removes the requests of these targets; returns those for which there was one. */
export async function dropProofRequests(
  tx: Queryable,
  targets: readonly PollTarget[],
): Promise<PollTarget[]> {
  if (targets.length === 0) return [];
  const [merchantIds, modes, carriers, numbers] = keyValues(targets);
  const rows = await queryRows<TargetKey>(tx, {
    name: 'drop_proof_requests',
    text: `
      delete from proof_requests p
      using unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
        as k(merchant_id, mode, carrier, tracking_number)
      where p.merchant_id = k.merchant_id and p.mode = k.mode and p.carrier = k.carrier
        and p.tracking_number = k.tracking_number
      returning p.merchant_id, p.mode, p.carrier, p.tracking_number`,
    values: [merchantIds, modes, carriers, numbers],
  });
  return targets.filter((target) =>
    rows.some(
      (row) =>
        row.merchantId === target.merchantId &&
        row.mode === target.mode &&
        row.carrier === target.carrier &&
        row.trackingNumber === target.trackingNumber,
    ),
  );
}

function keyValues(targets: readonly PollTarget[]) {
  return [
    targets.map(({ merchantId }) => merchantId),
    targets.map(({ mode }) => mode),
    targets.map(({ carrier }) => carrier),
    targets.map(({ trackingNumber }) => trackingNumber),
    targets.map(({ shipmentId }) => shipmentId),
  ];
}

/** Leases until `untilMs` the request that has been due longest; null if none is due. */
export async function leaseRequest(
  db: Queryable,
  group: TargetGroup,
  { nowMs, untilMs }: { readonly nowMs: number; readonly untilMs: number },
): Promise<LeasedRequest | null> {
  const [request] = await REQUESTS.claim<LeasedRequest>(db, {
    name: 'lease_proof_request',
    find: `join poll_targets t using (${KEY})
           where ${OF_GROUP} and p.next_try_at <= ${at('$4')} and ${IS_WANTED}
           order by p.next_try_at limit 1`,
    also: 't.proof_offer, t.last_fact_at',
    until: at('$5'),
    returning: `p.merchant_id, p.mode, p.carrier, p.tracking_number, p.shipment_id, p.lease_token,
      ${STATE}, found.proof_offer, found.last_fact_at`,
    values: [...groupValues(group), nowMs, untilMs],
  });
  return request ?? null;
}

/** When the group's next request becomes due; null if none is left. */
export async function nextTryAtMs(db: Queryable, group: TargetGroup): Promise<number | null> {
  const next = await queryRow<{ atMs: number | null }>(db, {
    name: 'next_proof_try',
    text: `select min(p.next_try_at) as at
           from proof_requests p join poll_targets t using (${KEY})
           where ${OF_GROUP} and p.next_try_at is not null and ${IS_WANTED}`,
    values: groupValues(group),
  });
  return next?.atMs ?? null;
}

/** Returns the number of calls that proofs used since `sinceMs`. */
export async function callsForProofs(
  db: Queryable,
  group: TargetGroup,
  sinceMs: number,
): Promise<number> {
  const rows = await queryRows<{ calls: number }>(db, {
    name: 'calls_for_proofs',
    text: `select coalesce(sum((request ->> 1)::int), 0)::int as calls
           from proof_requests p cross join jsonb_array_elements(p.requests) as request
           where ${OF_GROUP} and p.last_requested_at > ${at('$4')}
             and (request ->> 0)::float8 > $4 / 1000.0`,
    values: [...groupValues(group), sinceMs],
  });
  return rows[0]?.calls ?? 0;
}

/** The number of requests remembered per parcel. */
const REQUESTS_MAX = 16;

/** Stores the result of a request; does nothing if the lease was lost. */
export async function saveRequest(
  db: Queryable,
  leased: LeasedRequest,
  after: ProofRequestState,
  request: { readonly atMs: number; readonly calls: number },
): Promise<void> {
  await REQUESTS.change(db, [{ ...leased, ...after, ...request }], {
    name: 'save_proof_request',
    set: `state = given.now, why = given.because, tries = given.tried, failures = given.failed,
      first_requested_at = ${at('given.first_ms')}, next_try_at = ${at('given.next_ms')},
      last_requested_at = ${at('given.requested_ms')},
      requests = jsonb_path_query_array(
        p.requests || jsonb_build_array(jsonb_build_array(round(given.requested_ms / 1000.0), given.calls)),
        '$[last - ${REQUESTS_MAX - 1} to last]')`,
    given: {
      now: { type: 'text', of: ({ state }) => state },
      because: { type: 'text', of: ({ why }) => why },
      tried: { type: 'smallint', of: ({ tries }) => tries },
      failed: { type: 'smallint', of: ({ failures }) => failures },
      first_ms: { type: 'float8', of: ({ firstRequestedAtMs }) => firstRequestedAtMs },
      next_ms: { type: 'float8', of: ({ nextTryAtMs }) => nextTryAtMs },
      requested_ms: { type: 'numeric', of: ({ atMs }) => atMs },
      calls: { type: 'int', of: ({ calls }) => calls },
    },
  });
}

/** Postpones all of the account's requests until `untilMs`. */
export async function pauseRequests(
  db: Queryable,
  group: TargetGroup,
  untilMs: number,
  why: string,
): Promise<void> {
  await db.query({
    name: 'pause_proof_requests',
    text: `update proof_requests p set next_try_at = ${at('$4')}, why = $5
           where ${OF_GROUP} and p.next_try_at < ${at('$4')}`,
    values: [...groupValues(group), untilMs, why],
  });
}

/** Reads the request of a parcel. Uses row-level security with the app's role. */
export async function proofRequestOf(
  db: Queryable,
  carrier: string,
  trackingNumber: string,
): Promise<ProofRequestState | null> {
  return queryRow<ProofRequestState>(db, {
    name: 'proof_request_of',
    text: `select ${STATE} from proof_requests p
           where p.carrier = $1 and p.tracking_number = $2`,
    values: [carrier, trackingNumber],
  });
}

/** Whether the parcel was deleted, or its number reused, during the request. */
export async function isGone(tx: Queryable, leased: LeasedRequest): Promise<boolean> {
  const rows = await queryRows<{ isGone: boolean }>(tx, {
    name: 'proof_is_gone',
    text: `select t.shipment_id <> $5 or t.end_reason is not distinct from 'deleted' as is_gone
           from poll_targets t
           where t.merchant_id = $1 and t.mode = $2 and t.carrier = $3 and t.tracking_number = $4
           for share`,
    values: [...groupValues(leased), leased.trackingNumber, leased.shipmentId],
  });
  return rows[0]?.isGone ?? true;
}
