-- The age in ms of the oldest transaction that changes shipments or waits to, by the lock of its
-- shard (class 0x57420001, src/platform/event-log/event-log.ts); null if there is none. A definer's
-- right, because PostgreSQL shows when a session's transaction began only to its own login role.
create function oldest_change_age_ms() returns float8
  language sql volatile security definer set search_path = pg_catalog, public as $$
  select extract(epoch from clock_timestamp() - min(a.xact_start))::float8 * 1000
  from pg_locks l join pg_stat_activity a on a.pid = l.pid
  where l.locktype = 'advisory' and l.classid = 1463943169 and l.objsubid = 2
    and l.database = (select oid from pg_database where datname = current_database())
$$;
revoke all on function oldest_change_age_ms() from public;
grant execute on function oldest_change_age_ms() to waybill_app;
-- down
drop function oldest_change_age_ms();
