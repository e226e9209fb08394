import type { Queryable } from './database.ts';
import { queryValue } from './query-rows.ts';

/** The bytes of the database on its server; null: the current role may not know. */
export function databaseBytes(db: Queryable): Promise<number | null> {
  return queryValue<number | null>(
    db,
    `select case when has_database_privilege(current_database(), 'connect')
       then pg_database_size(current_database())::float8 end as bytes`,
  );
}
