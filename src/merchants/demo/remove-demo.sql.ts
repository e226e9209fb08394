import { DEMO_TENANT } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryRows } from '../../platform/database/query-rows.ts';

/** A table with rows of merchants. */
interface OwnedTable {
  readonly name: string;
  /** The column that refers to a merchant, or to a merchant's row in `owner`. */
  readonly column: string;
  readonly owner: string | null;
}

/** In tables without `merchant_id`: columns that refer to a merchant's row, and that row's table. */
const OWNERS = {
  shipment_id: 'shipments',
  courier_id: 'couriers',
  account_id: 'carrier_accounts',
  inbound_message_id: 'inbound_messages',
};

/**
 * Returns all tables with rows of merchants, those that refer to other rows of theirs first. They
 * are read from the database, so that no new table is forgotten.
 */
export async function ownedTables(db: Queryable): Promise<readonly OwnedTable[]> {
  const rows = await queryRows<{ name: string; columns: string[] }>(
    db,
    `select quote_ident(c.relname) as name, array_agg(a.attname::text) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
       and not c.relispartition and a.attname::text = any($1::text[])
     group by c.relname order by c.relname`,
    [['merchant_id', ...Object.keys(OWNERS)]],
  );
  const tables = rows.flatMap(({ name, columns }): OwnedTable[] => {
    if (columns.includes('merchant_id')) return [{ name, column: 'merchant_id', owner: null }];
    return Object.entries(OWNERS)
      .filter(([column]) => columns.includes(column))
      .map(([column, owner]) => ({ name, column, owner }));
  });
  const isDirect = ({ owner }: OwnedTable) => owner === null;
  return [...tables.filter((table) => !isDirect(table)), ...tables.filter(isDirect)];
}

/**
 * Deletes the demo's rows of a table: as few as we made ourselves. Citus deletes by ids that are
 * sent, not by those that a subquery finds. False: rows of other tables still refer to them.
 */
export async function deleteDemoRows(
  db: Queryable,
  { name, column, owner }: OwnedTable,
): Promise<boolean> {
  const { merchantId } = DEMO_TENANT;
  const owners =
    owner === null
      ? [{ id: merchantId }]
      : await queryRows<{ id: string }>(db, `select id from ${owner} where merchant_id = $1`, [
          merchantId,
        ]);
  try {
    await db.query(`delete from ${name} where ${column} = any($1::uuid[])`, [
      owners.map(({ id }) => id),
    ]);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== FOREIGN_KEY_VIOLATION) throw error;
    return false;
  }
}

const FOREIGN_KEY_VIOLATION = '23503';

/** Deletes the merchant itself, with people who were invited to nothing else. */
export async function deleteDemoMerchant(tx: Queryable): Promise<void> {
  await tx.query(
    `with gone as (delete from memberships where merchant_id = $1 returning user_id)
     delete from users u using gone where u.id = gone.user_id
       and not exists (select from memberships m where m.user_id = u.id and m.merchant_id <> $1)`,
    [DEMO_TENANT.merchantId],
  );
  await tx.query('delete from merchants where id = $1', [DEMO_TENANT.merchantId]);
}
