import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { logLags } from '../../src/platform/event-log/event-log.ts';
import { urlOfRunningServer } from '../../src/platform/postgres/embedded-postgres.ts';
import { PUSH_SECRET } from '../../test/support/fedex-push.ts';
import {
  isAtWork,
  newDataFolder,
  postmasterPid,
  removeDataFolder,
  startHub,
} from '../../test/support/hubs/hub-process.ts';
import { processorTime } from '../figures/processor-time.ts';
import { say } from '../figures/report.ts';
import { connect, loadShipments } from '../load/bulk-load.ts';
import { SHIPMENTS, steadyPushes } from './steady-pushes.ts';

/**
 * Measures the processor time of a fact on a warm hub, by process: pushes of one to five new scans
 * at a steady rate, after some that do not count. `npx tsx bench/corridor/fact-cost.ts [pushes a
 * second] [s to warm up] [s measured]`; with `WAYBILL_STATEMENTS=1` it also lists what PostgreSQL
 * did, from pg_stat_statements, and which tables and indexes its WAL is about, from pg_walinspect.
 */
const [PUSHES_A_SECOND = 600, WARM_S = 8, MEASURED_S = 15] = process.argv.slice(2).map(Number);
const LISTS_STATEMENTS = process.env['WAYBILL_STATEMENTS'] === '1';

const data = newDataFolder();
if (LISTS_STATEMENTS) {
  await (await startHub(data)).stop();
  writeFileSync(
    join(data, 'postgres', 'local.conf'),
    `shared_preload_libraries = 'pg_stat_statements'\npg_stat_statements.track = all\n`,
  );
}
const hub = await startHub(data, {
  WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
  WAYBILL_PUBLIC_RATE: 'off',
  WAYBILL_SANDBOX: 'off',
});
try {
  const client = await connect(urlOfRunningServer(data) ?? '');
  if (LISTS_STATEMENTS) await client.query('create extension if not exists pg_stat_statements');
  await loadShipments(client, SHIPMENTS);
  await client.query('analyze');
  while (!(await isAtWork(hub))) await pause(100);
  const pushes = steadyPushes(hub.url, PUSHES_A_SECOND, WARM_S + MEASURED_S);
  const warmUp = await pushes.send(WARM_S);
  await settled(client);
  await recordFacts(client);
  if (LISTS_STATEMENTS) await client.query('select pg_stat_statements_reset()');
  const wal = await walPosition(client);
  const before = perProcess(hub.child.pid ?? 0, data);
  const begun = performance.now();
  const offered = await pushes.send(MEASURED_S);
  await settled(client);
  const tookS = (performance.now() - begun) / 1_000;
  const processed = processorTime(hub, data);
  await recordFacts(client);
  const after = perProcess(hub.child.pid ?? 0, data);
  const per = (ms: number) => Math.round((ms * 1_000) / offered.facts);
  const cost = Object.fromEntries(
    Object.entries(after).map(([name, ms]) => [name, per(ms - (before[name] ?? 0))]),
  );
  const untilProcessed = {
    hub: per((processed.hub ?? 0) - (before['front'] ?? 0) - (before['work'] ?? 0)),
    postgres: per((processed.postgres ?? 0) - (before['postgres'] ?? 0)),
  };
  say(
    JSON.stringify({
      facts: offered.facts,
      warmed: warmUp.facts,
      facts_per_s: Math.round(offered.facts / tookS),
      answers: offered.statuses,
      ack_p99_ms: offered.p99Ms,
      cpu_ms_per_1000_facts: cost,
      until_processed: untilProcessed,
      wal_bytes_a_fact: Math.round((await walBytes(client, wal)) / offered.facts),
      load: readFileSync('/proc/loadavg', 'utf8').slice(0, 4),
    }),
  );
  if (LISTS_STATEMENTS) {
    await listStatements(client, offered.facts);
    await listWal(client, wal, offered.facts);
  }
  await client.end();
} finally {
  await hub.stop();
  removeDataFolder(data);
}

async function walPosition(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_lsn() as lsn');
  return rows[0]?.lsn ?? '';
}

async function walBytes(client: pg.Client, since: string): Promise<number> {
  const { rows } = await client.query<{ n: string }>(
    'select pg_wal_lsn_diff(pg_current_wal_lsn(), $1) as n',
    [since],
  );
  return Number(rows[0]?.n);
}

async function settled(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query(`select 1 from waiting_inbound_messages limit 1`);
    if (rows.length === 0) return;
    await pause(50);
  }
}

async function recordFacts(client: pg.Client): Promise<void> {
  for (;;) {
    const behind = [...(await logLags(client)).values()].reduce((sum, n) => sum + n, 0);
    if (behind === 0) return;
    await pause(1_000);
  }
}

/** Processor time of the answering process, the working process and PostgreSQL, in ms. */
function perProcess(pid: number, folder: string): Record<string, number> {
  const all = processorTime(hub, folder);
  const [frontUser, frontSystem] = ticksOf(pid);
  const work = childrenOf(pid)
    .filter((child) => child !== postmasterPid(folder))
    .map(ticksOf)
    .reduce((one, other) => (one[0] > other[0] ? one : other), [0, 0] as const);
  const front = frontUser + frontSystem;
  return {
    front,
    work: (all.hub ?? 0) - front,
    postgres: all.postgres ?? 0,
    front_system: frontSystem,
    work_system: work[1],
  };
}

function ticksOf(pid: number): readonly [user: number, system: number] {
  const fields = statOf(pid);
  return [Number(fields[11]) * 10, Number(fields[12]) * 10];
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => Number(statOf(pid)[1]) === parent);
}

function statOf(pid: number): readonly string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

async function listStatements(client: pg.Client, facts: number): Promise<void> {
  const { rows } = await client.query<Record<string, string>>(
    `select round((total_exec_time * 1000 / $1)::numeric, 2) as us_a_fact, calls, rows, wal_bytes / $1::int as wal,
            round((total_plan_time * 1000 / $1)::numeric, 2) as plan, shared_blks_hit / $1::int as blks,
            left(regexp_replace(query, '\\s+', ' ', 'g'), 110) as query
     from pg_stat_statements order by total_exec_time desc limit 45`,
    [facts],
  );
  for (const row of rows) {
    say(
      `${row['us_a_fact']} us  plan ${row['plan']}  calls ${row['calls']}  rows ${row['rows']}  wal ${row['wal']}  blks ${row['blks']}  ${row['query']}`,
    );
  }
  const tables = await client.query<Record<string, string>>(
    `select relname, n_tup_ins, n_tup_upd, n_tup_hot_upd, n_tup_del, seq_scan, idx_scan, pg_total_relation_size(relid) as bytes
     from pg_stat_user_tables where n_tup_ins + n_tup_upd > 500 order by n_tup_ins + n_tup_upd desc`,
  );
  for (const row of tables.rows) say(JSON.stringify(row));
}

/** Lists the bytes of WAL per fact, by table or index and kind of record. */
async function listWal(client: pg.Client, since: string, facts: number): Promise<void> {
  await client.query('create extension if not exists pg_walinspect');
  const { rows } = await client.query<Record<string, string>>(
    `with blocks as (
       select block.*, record_length::numeric
                / count(*) over (partition by block.start_lsn) as bytes
       from pg_get_wal_block_info($1::pg_lsn, pg_current_wal_flush_lsn(), false) block
     )
     select coalesce(class.relname, 'unknown') as name, resource_manager || ' ' || record_type as kind,
            count(*) as records, round(sum(bytes) / $2::int, 1) as bytes,
            round(sum(block_fpi_length)::numeric / $2::int, 1) as page_images
     from blocks
     left join pg_class class on pg_relation_filenode(class.oid) = blocks.relfilenode
     group by 1, 2 order by 4 desc limit 70`,
    [since, facts],
  );
  for (const row of rows) {
    say(
      `wal ${row['bytes']} bytes a fact, of pages ${row['page_images']}  records ${row['records']}  ${row['name']}  ${row['kind']}`,
    );
  }
}
