import type { Queryable } from './database.ts';
import { queryRows } from './query-rows.ts';

export interface DumpRights {
  /** The role that logged in. */
  readonly role: string;
  /** The tables that it cannot read completely, as `schema.table`. */
  readonly unreadable: readonly string[];
}

/**
 * Checks whether a dump made by this login would be complete. pg_dump stops at the first table
 * whose rows row-level security filters for its role, or that the role may not select from. That
 * includes the tables' owner, because row-level security is forced.
 *
 * @param login the connection's login role, with no other role set.
 */
export async function dumpRights(login: Queryable): Promise<DumpRights> {
  const rows = await queryRows<{ role: string; unreadable: string[] }>(
    login,
    `select session_user::text as role,
            array(select format('%s.%s', n.nspname, c.relname)
                    from pg_class c join pg_namespace n on n.oid = c.relnamespace
                   where c.relkind in ('r', 'p', 'S')
                     and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
                     and (not has_schema_privilege(n.oid, 'usage')
                          or not has_table_privilege(c.oid, 'select')
                          or row_security_active(c.oid))
                   order by n.nspname, c.relname) as unreadable`,
  );
  const [rights] = rows;
  if (rights === undefined) throw new Error('the database did not say who signed in');
  return rights;
}

/** The statements that create a suitable role; docs/operators.md has the same. */
export const BACKUP_ROLE_SQL =
  "create role waybill_backup login bypassrls password '…'; grant pg_read_all_data, waybill_pipeline to waybill_backup;";

/** Describes what cannot be read; null if everything can. */
export function describeUnreadable({ role, unreadable }: DumpRights): string | null {
  if (unreadable.length === 0) return null;
  const [first] = unreadable;
  return `the role ${role} cannot read all rows of ${unreadable.length} tables (the first is ${first}), because of row-level security or missing privileges: pg_dump with this role stops there and leaves an incomplete file`;
}
