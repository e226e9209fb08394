import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';

/** Triggers are made while couriers are asked: the lock waits for nobody for long, and is asked for again. */
export const config = { transaction: false };

const LOCK_MS_MAX = 500;
const PAUSE_MS = 500;
const TRIES_MAX = 180;

/**
 * At lunch offers are made and withdrawn dozens at a time: phones are told of all that one statement changes at
 * once. Each row's own calls of two triggers were a tenth of what a delivery costs PostgreSQL.
 */
const TOGETHER = `
  create or replace function waybill_announce_offers() returns trigger language plpgsql as $$
  begin
    perform pg_notify('waybill_offers', id) from (
      select distinct courier_id::text as id from changed) as couriers;
    return null;
  end $$;
  create or replace function waybill_push_offers() returns trigger language plpgsql as $$
  begin
    insert into offer_pushes (device_id, shipment_id, merchant_id, mode, offered_at)
    select p.device_id, o.shipment_id, o.merchant_id, o.mode, o.offered_at
    from changed o join device_pushes p on p.courier_id = o.courier_id
    where o.state = 'open'
    -- One that is ending just now is told nothing, rather than fail the offer.
    for key share of p skip locked
    on conflict do nothing;
    return null;
  end $$;
  drop trigger if exists delivery_offers_announced on delivery_offers;
  drop trigger if exists delivery_offers_pushed on delivery_offers;
  create or replace trigger delivery_offers_made after insert on delivery_offers
    referencing new table as changed
    for each statement execute function waybill_announce_offers();
  create or replace trigger delivery_offers_changed after update on delivery_offers
    referencing new table as changed
    for each statement execute function waybill_announce_offers();
  create or replace trigger delivery_offers_gone after delete on delivery_offers
    referencing old table as changed
    for each statement execute function waybill_announce_offers();
  create or replace trigger delivery_offers_pushed after insert on delivery_offers
    referencing new table as changed
    for each statement execute function waybill_push_offers();
  drop function if exists waybill_announce_offer();
  drop function if exists waybill_push_offer();
`;

const ONE_BY_ONE = `
  create function waybill_announce_offer() returns trigger language plpgsql as $$
  begin
    perform pg_notify('waybill_offers', coalesce(new.courier_id, old.courier_id)::text);
    return null;
  end $$;
  create function waybill_push_offer() returns trigger language plpgsql as $$
  begin
    insert into offer_pushes (device_id, shipment_id, merchant_id, mode, offered_at)
    select p.device_id, new.shipment_id, new.merchant_id, new.mode, new.offered_at
    from device_pushes p where p.courier_id = new.courier_id
    for key share of p skip locked
    on conflict do nothing;
    return null;
  end $$;
  drop trigger delivery_offers_made on delivery_offers;
  drop trigger delivery_offers_changed on delivery_offers;
  drop trigger delivery_offers_gone on delivery_offers;
  drop trigger delivery_offers_pushed on delivery_offers;
  create trigger delivery_offers_announced after insert or update of state or delete
    on delivery_offers for each row execute function waybill_announce_offer();
  create trigger delivery_offers_pushed after insert on delivery_offers
    for each row when (new.state = 'open') execute function waybill_push_offer();
  drop function waybill_announce_offers();
  drop function waybill_push_offers();
`;

export async function up(knex: Knex): Promise<void> {
  await whenFree(knex, TOGETHER);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(ONE_BY_ONE);
}

/**
 * In one message: that is one transaction, so nobody sees a table without its triggers. It may be done already:
 * a cut can come before it is noted that it is.
 */
async function whenFree(knex: Knex, statements: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await knex.raw(`set local lock_timeout = ${LOCK_MS_MAX}; ${statements}`);
      return;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      const isInTheWay = code === '55P03' || code === '40P01';
      if (!isInTheWay || tries === TRIES_MAX) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
