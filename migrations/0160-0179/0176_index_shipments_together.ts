import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';

/** A trigger is made while parcels come in: its lock waits for nobody for long, and is asked for again. */
export const config = { transaction: false };

const LOCK_MS_MAX = 500;
const PAUSE_MS = 500;
const TRIES_MAX = 180;

/**
 * What shipments are found by is written once for all that one statement registers: a file registers hundreds
 * at once, and each row's own call of a trigger was 45 % of what that cost.
 */
const TOGETHER = `
  create or replace function waybill_index_shipments() returns trigger language plpgsql as $$
  begin
    -- The same terms as those of waybill_shipment_terms, which is for one shipment.
    insert into shipment_terms (shipment_id, merchant_id, mode, term)
    with terms as (
      select s.id, s.merchant_id, s.mode, ':' || lower(given collate "C") as term
      from made s,
        unnest(array[s.tracking_number, s.metadata->>'reference'] || s.order_ids || s.tags) as given
      where given is not null and s.deleted_at is null
      union
      select s.id, s.merchant_id, s.mode, '#' || hash from made s, unnest(s.people_hashes) as hash
      where s.deleted_at is null
      union
      select s.id, s.merchant_id, s.mode, waybill_exact_term('order', given)
      from made s, unnest(s.order_ids) as given where s.deleted_at is null
      union
      select s.id, s.merchant_id, s.mode, waybill_exact_term('tag', given)
      from made s, unnest(s.tags) as given where s.deleted_at is null
      union
      select s.id, s.merchant_id, s.mode, given
      from made s, waybill_metadata_terms(s.metadata) as given where s.deleted_at is null
      union
      select s.id, s.merchant_id, s.mode, waybill_exact_term('carrier', s.carrier)
      from made s where s.deleted_at is null)
    -- Neighbours in the index stand beside one another.
    select id, merchant_id, mode, term from terms order by id;
    return null;
  end $$;
  drop trigger if exists shipments_indexed on shipments;
  create trigger shipments_indexed after insert on shipments
    referencing new table as made
    for each statement execute function waybill_index_shipments();
  create or replace trigger shipments_unindexed after delete on shipments
    for each row execute function waybill_index_shipment();
`;

const ONE_BY_ONE = `
  drop trigger shipments_unindexed on shipments;
  drop trigger shipments_indexed on shipments;
  create trigger shipments_indexed after insert or delete on shipments
    for each row execute function waybill_index_shipment();
  drop function waybill_index_shipments();
`;

export async function up(knex: Knex): Promise<void> {
  await whenFree(knex, TOGETHER);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(ONE_BY_ONE);
}

/**
 * In one message: that is one transaction, so nobody sees a table without its trigger. It may be done already:
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
