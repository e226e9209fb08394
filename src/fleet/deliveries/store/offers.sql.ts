import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryColumn, queryRows, type Row } from '../../../platform/database/query-rows.ts';
import type { Rows } from '../../../platform/database/rows.gen.ts';
import { isPausedAt } from '../../couriers/index.ts';
import type { OfferTerms } from '../../dispatch/index.ts';

export type OfferRow = Omit<Rows['delivery_offers'], 'merchantId' | 'mode' | 'terms'> & {
  readonly terms: OfferTerms | Record<string, never>;
};

const COLUMNS = `shipment_id, courier_id, state, round, offered_at, alone_until, answered_at, terms`;

interface NewOffer {
  readonly shipmentId: string;
  readonly courierId: string;
  readonly round: number;
  readonly atMs: number;
  readonly aloneUntilMs: number;
  readonly terms: OfferTerms;
}

/**
 * Makes offers to those of these couriers who are still on shift and not paused; skips those who
 * got the same offer before. Returns the deliveries with open offers, once for each offer.
 */
export async function insertOffers(
  db: Queryable,
  { merchantId, mode }: Tenant,
  offers: readonly NewOffer[],
): Promise<string[]> {
  if (offers.length === 0) return [];
  return queryColumn<string>(db, {
    name: 'insert_offers',
    text: `insert into delivery_offers (shipment_id, courier_id, merchant_id, mode, state, round,
             offered_at, alone_until, terms)
           select u.shipment, u.courier, $1, $2, 'open', u.round, to_timestamp(u.at / 1000.0),
             to_timestamp(u.alone / 1000.0), u.terms
           from unnest($3::uuid[], $4::uuid[], $5::int[], $6::float8[], $7::float8[], $8::jsonb[])
             as u(shipment, courier, round, at, alone, terms)
           join couriers c on c.id = u.courier and c.on_shift
             and (c.shift_ends_at is null or c.shift_ends_at > to_timestamp(u.at / 1000.0))
             and not ${isPausedAt('to_timestamp(u.at / 1000.0)')}
           -- All writers lock couriers in this order, to avoid deadlocks.
           order by u.courier, u.shipment
           on conflict (shipment_id, courier_id) do nothing
           returning shipment_id`,
    values: [
      merchantId,
      mode,
      offers.map(({ shipmentId }) => shipmentId),
      offers.map(({ courierId }) => courierId),
      offers.map(({ round }) => round),
      offers.map(({ atMs }) => atMs),
      offers.map(({ aloneUntilMs }) => aloneUntilMs),
      offers.map(({ terms }) => JSON.stringify(terms)),
    ],
  });
}

/** Records this courier's answer, with or without an offer. */
export async function writeAnswer(
  db: Queryable,
  { merchantId, mode }: Tenant,
  offer: {
    readonly shipmentId: string;
    readonly courierId: string;
    readonly state: 'accepted' | 'declined' | 'withdrawn';
    readonly atMs: number;
  },
): Promise<void> {
  await db.query({
    name: 'write_offer_answer',
    text: `insert into delivery_offers (shipment_id, courier_id, merchant_id, mode, state, round,
             offered_at, alone_until, answered_at, terms)
           select $1, $2, $3, $4, $5, 0, at, at, at, '{}'::jsonb
           from to_timestamp($6 / 1000.0) as at
           on conflict (shipment_id, courier_id) do update
             set state = excluded.state, answered_at = excluded.answered_at`,
    values: [offer.shipmentId, offer.courierId, merchantId, mode, offer.state, offer.atMs],
  });
}

/**
 * Records couriers' answers, whether or not an offer was made. A pair of shipment and courier must
 * occur only once.
 */
export async function writeAnswers(
  db: Queryable,
  { merchantId, mode }: Tenant,
  state: 'accepted' | 'declined',
  answers: readonly {
    readonly shipmentId: string;
    readonly courierId: string;
    readonly atMs: number;
  }[],
): Promise<void> {
  await db.query({
    name: 'write_offer_answers',
    text: `insert into delivery_offers (shipment_id, courier_id, merchant_id, mode, state, round,
             offered_at, alone_until, answered_at, terms)
           select u.shipment, u.courier, $3, $4, $6, 0, at, at, at, '{}'::jsonb
           from unnest($1::uuid[], $2::uuid[], $5::float8[]) as u(shipment, courier, ms),
             to_timestamp(u.ms / 1000.0) as at
           -- All writers lock couriers in this order, to avoid deadlocks.
           order by u.courier, u.shipment
           on conflict (shipment_id, courier_id) do update
             set state = excluded.state, answered_at = excluded.answered_at`,
    values: [
      answers.map(({ shipmentId }) => shipmentId),
      answers.map(({ courierId }) => courierId),
      merchantId,
      mode,
      answers.map(({ atMs }) => atMs),
      state,
    ],
  });
}

/** Withdraws the open offers of several deliveries, except to the courier of each. */
export async function withdrawOffersOf(
  db: Queryable,
  given: readonly {
    readonly shipmentId: string;
    readonly courierId: string;
    readonly atMs: number;
  }[],
): Promise<void> {
  await db.query({
    name: 'withdraw_offers_of',
    text: `update delivery_offers o set state = 'withdrawn',
             answered_at = to_timestamp(u.ms / 1000.0)
           from unnest($1::uuid[], $2::float8[], $3::uuid[]) as u(id, ms, courier)
           where o.shipment_id = u.id and o.state = 'open' and o.courier_id <> u.courier`,
    values: [
      given.map(({ shipmentId }) => shipmentId),
      given.map(({ atMs }) => atMs),
      given.map(({ courierId }) => courierId),
    ],
  });
}

/** Withdraws all open offers of a delivery. */
export async function withdrawOffers(
  db: Queryable,
  shipmentId: string,
  atMs: number,
): Promise<void> {
  await db.query({
    name: 'withdraw_offers',
    text: `update delivery_offers set state = 'withdrawn', answered_at = to_timestamp($2 / 1000.0)
           where shipment_id = $1 and state = 'open'`,
    values: [shipmentId, atMs],
  });
}

/**
 * Lets a delivery that was given back be offered to everyone again, except couriers who declined
 * it or gave it back, and couriers to whom the hub assigned it automatically and who lost it:
 * otherwise it could alternate between two of them forever.
 */
export async function forgetWithdrawn(db: Queryable, shipmentId: string): Promise<void> {
  await db.query(
    // Round 0 made no offers.
    `delete from delivery_offers where shipment_id = $1
       and (state = 'open' or state = 'withdrawn' and round > 0)`,
    [shipmentId],
  );
}

/** By open delivery, the couriers known to have declined it, given it back or lost it. */
export async function gaveUpBy(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const by = new Map<string, Set<string>>();
  for (const { shipmentId: id, courierId, state } of await offersOf(db, shipmentIds)) {
    if (state !== 'declined' && state !== 'withdrawn') continue;
    const couriers = by.get(id) ?? new Set();
    by.set(id, couriers.add(courierId));
  }
  return by;
}

/** All offers of these deliveries, whatever their state, in the order in which they were made. */
export async function offersOf(db: Queryable, shipmentIds: readonly string[]): Promise<OfferRow[]> {
  return queryRows<OfferRow>(db, {
    name: 'offers_of_deliveries',
    text: `select ${COLUMNS} from delivery_offers where shipment_id = any($1::uuid[])
           order by offered_at, courier_id`,
    values: [shipmentIds],
  });
}

/** A courier's open offers, newest first. */
export async function offersTo(db: Queryable, courierId: string): Promise<OfferRow[]> {
  return queryRows<OfferRow>(db, {
    name: 'offers_to_courier',
    text: `select ${COLUMNS} from delivery_offers where courier_id = $1 and state = 'open'
           order by offered_at desc, shipment_id limit 20`,
    values: [courierId],
  });
}

interface CourierHabit {
  readonly courierId: string;
  readonly accepted: number;
  readonly declined: number;
  readonly lastAcceptedMs: number | null;
}

/** How often and when these couriers answered offers since then. */
export async function habitsOf(
  db: Queryable,
  courierIds: readonly string[],
  sinceMs: number,
): Promise<CourierHabit[]> {
  return queryRows<CourierHabit>(db, {
    name: 'courier_habits',
    text: `select courier_id,
             count(*) filter (where state = 'accepted')::int as accepted,
             count(*) filter (where state = 'declined')::int as declined,
             max(answered_at) filter (where state = 'accepted') as last_accepted
           from delivery_offers
           where courier_id = any($1::uuid[]) and answered_at > to_timestamp($2 / 1000.0)
           group by courier_id`,
    values: [courierIds, sinceMs],
  });
}

/**
 * How many open offers made since then each courier of a tenant has; those without are left out.
 */
export async function openOfferCounts(
  db: Queryable,
  { merchantId, mode }: Tenant,
  sinceMs: number,
): Promise<ReadonlyMap<string, number>> {
  const rows = await queryRows<{ courierId: string; open: number }>(db, {
    name: 'courier_looks',
    text: `select courier_id, count(*)::int as open from delivery_offers
           where merchant_id = $1 and mode = $2 and state = 'open'
             and offered_at > to_timestamp($3 / 1000.0)
           group by courier_id`,
    values: [merchantId, mode, sinceMs],
  });
  return new Map(rows.map(({ courierId: id, open }) => [id, open]));
}

export type StepRow = Row<'delivery_steps', 'atMs' | 'what' | 'courierId'> & {
  readonly detail: Record<string, unknown>;
};

/** Records a step of the search, for its explanation. It contains no personal data. */
export async function insertStep(
  db: Queryable,
  { merchantId, mode }: Tenant,
  step: {
    readonly shipmentId: string;
    readonly atMs: number;
    readonly what: string;
    readonly courierId?: string | null;
    readonly detail?: Readonly<Record<string, unknown>>;
  },
): Promise<void> {
  await db.query({
    name: 'insert_delivery_step',
    text: `insert into delivery_steps (shipment_id, merchant_id, mode, at, what, courier_id, detail)
           values ($1, $2, $3, to_timestamp($4 / 1000.0), $5, $6, $7)`,
    values: [
      step.shipmentId,
      merchantId,
      mode,
      step.atMs,
      step.what,
      step.courierId ?? null,
      JSON.stringify(step.detail ?? {}),
    ],
  });
}

/** Records a step for each of several deliveries. */
export async function insertSteps(
  db: Queryable,
  { merchantId, mode }: Tenant,
  steps: readonly {
    readonly shipmentId: string;
    readonly atMs: number;
    readonly what: string;
    readonly courierId: string | null;
    readonly detail: Readonly<Record<string, unknown>>;
  }[],
): Promise<void> {
  await db.query({
    name: 'insert_delivery_steps',
    text: `insert into delivery_steps (shipment_id, merchant_id, mode, at, what, courier_id, detail)
           select u.id, $2, $3, to_timestamp(u.ms / 1000.0), u.what, u.courier, u.detail
           from unnest($1::uuid[], $4::float8[], $5::text[], $6::uuid[], $7::jsonb[])
             as u(id, ms, what, courier, detail)`,
    values: [
      steps.map(({ shipmentId }) => shipmentId),
      merchantId,
      mode,
      steps.map(({ atMs }) => atMs),
      steps.map(({ what }) => what),
      steps.map(({ courierId }) => courierId),
      steps.map(({ detail }) => JSON.stringify(detail)),
    ],
  });
}

/** The newest `limit` steps of a delivery, oldest first. */
export async function stepsOf(
  db: Queryable,
  shipmentId: string,
  limit: number,
): Promise<StepRow[]> {
  return queryRows<StepRow>(
    db,
    `select at, what, courier_id, detail from (
       select id, at, what, courier_id, detail from delivery_steps where shipment_id = $1
       order by id desc limit $2) newest
     order by id`,
    [shipmentId, limit],
  );
}
