import type { Queryable } from '../database/database.ts';
import { queryRows } from '../database/query-rows.ts';
import type { Span } from './period.ts';

/** A partition of a table, for a span of time. */
export interface Partition extends Span {
  readonly table: string;
  readonly name: string;
}

/** Returns the partitions of a table, the earliest first. */
export async function partitionsOf(db: Queryable, table: string): Promise<Partition[]> {
  const rows = await queryRows<{ name: string; bound: string }>(
    db,
    `select c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bound
     from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = to_regclass($1) order by c.relname`,
    [table],
  );
  return rows
    .flatMap(({ name, bound }) => {
      const found = /FROM \('([^']+)'\) TO \('([^']+)'\)/.exec(bound);
      if (found === null) return [];
      const [fromMs, toMs] = found.slice(1, 3).map(epochMs) as [number, number];
      return [{ table, name, fromMs, toMs }];
    })
    .sort((a, b) => a.fromMs - b.fromMs);
}

/** Parses a bound such as `2026-03-10 00:00:00+00`: connections use UTC. */
function epochMs(text: string): number {
  return Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`);
}

const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/**
 * Creates a partition, unless it exists. Needs the owner's role. Grants are not inherited from the
 * table: the pipeline may write directly to it, and no other role may do anything.
 */
export async function makePartition(
  db: Queryable,
  { table, name, fromMs, toMs }: Partition,
): Promise<void> {
  assertNames(table, name);
  const [from, to] = [fromMs, toMs].map((ms) => new Date(ms).toISOString());
  await db.query(
    `begin;
     select pg_advisory_xact_lock(hashtext('waybill partition ${name}'));
     create table if not exists ${name} partition of ${table}
       for values from ('${from}') to ('${to}');
     grant select, insert, delete on ${name} to waybill_pipeline;
     commit`,
  );
}

/** Drops a partition with all its rows. Needs the owner's role. */
export async function dropPartition(
  db: Queryable,
  { name, table }: Pick<Partition, 'table' | 'name'>,
): Promise<void> {
  assertNames(table, name);
  await db.query(`drop table if exists ${name}`);
}

/** Drops a partition if it is empty; concurrent writers wait. Returns false if it has rows. */
export async function dropEmptyPartition(
  db: Queryable,
  { name, table }: Pick<Partition, 'table' | 'name'>,
): Promise<boolean> {
  assertNames(table, name);
  const rows = await queryRows<{ gone: boolean }>(
    db,
    `select to_regclass('${name}') is null as gone`,
  );
  if (rows[0]?.gone === true) return true;
  await db.query(`
    do $$ begin
      lock table ${name} in access exclusive mode;
      if not exists (select from ${name}) then drop table ${name}; end if;
    end $$`);
  const after = await db.query<{ gone: boolean }>(`select to_regclass('${name}') is null as gone`);
  return after.rows[0]?.gone === true;
}

function assertNames(...names: string[]): void {
  const odd = names.find((name) => !NAME.test(name));
  if (odd !== undefined) throw new Error(`"${odd}" is not a valid table name`);
}
