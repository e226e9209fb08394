import { cpus } from 'node:os';
import pg from 'pg';
import { lowestIdAt, uuidV7 } from '../../src/kernel/ids.ts';
import { seededRandom } from '../../src/kernel/seeded-random.ts';
import { startTestPostgres } from '../../src/platform/test-postgres.ts';
import { isShort, median, report, say } from '../figures/report.ts';

/**
 * Measures what inbound messages would cost in partitions by time, which their ids contain: as one
 * table, in months and in days. A turn does what ingestion does with a batch: store it, look for
 * what waits, mark it. Also measures removing a day: rows of one table in batches, or a partition
 * at once.
 *     npm run bench:partitions
 */
const ROWS = isShort() ? 20_000 : 500_000;
const TURNS = isShort() ? 30 : 300;
const BATCH = 200;
const SWEPT_AT_ONCE = 1_000;
/** The number of hashes, of 16 bytes each, in a row: the average size of a sealed push. */
const HASHES = 38;
const RETENTION_DAYS = 90;
const PARTITIONS = [0, 1, 2, 3, 4, 5, 6, 7];
const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 10, 22, 12);
const BEGIN_MS = Date.UTC(2026, 10, 22) - RETENTION_DAYS * DAY_MS;

const LAYOUTS = { one: null, months: 30, days: 1 } as const;
type Layout = keyof typeof LAYOUTS;
const NAMES = Object.keys(LAYOUTS) as Layout[];

const random = seededRandom(7);
const bytes = (length: number) => Uint8Array.from({ length }, () => random() % 256);
const idAt = (ms: number) => uuidV7(ms, bytes(10));

const server = await startTestPostgres({ durable: true });
const client = new pg.Client(server.url);
try {
  await client.connect();
  for (const layout of NAMES) await fill(layout);
  await client.query('vacuum analyze');
  await client.query('checkpoint');
  say(`${ROWS} rows in each layout`);

  const tookMs: Record<Layout, number[]> = { one: [], months: [], days: [] };
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const layout of NAMES) {
      const begunMs = performance.now();
      await takeTurn(layout, NOW_MS + turn);
      // PostgreSQL plans the statements of the first turns each time.
      if (turn >= 10) tookMs[layout].push(performance.now() - begunMs);
    }
  }
  const turnMs = (layout: Layout) => rounded(median(tookMs[layout]));
  const swept = await removed(() => sweepDay('one'));
  const dropped = await removed(() => client.query(`drop table ${partName('days', 0)}`));
  report({
    bench: 'partitions',
    value: turnMs('days'),
    unit: 'ms a batch',
    baseline: turnMs('one'),
    p50_ms: turnMs('days'),
    p99_ms: rounded(p99(tookMs.days)),
    conditions: {
      rows: ROWS,
      batch: BATCH,
      turns: TURNS,
      one_ms: turnMs('one'),
      months_ms: turnMs('months'),
      days_ms: turnMs('days'),
      day_rows: Math.round(ROWS / RETENTION_DAYS),
      day_swept_ms: swept.ms,
      day_swept_wal_kb: swept.walKb,
      day_dropped_ms: dropped.ms,
      day_dropped_wal_kb: dropped.walKb,
      cpus: cpus().length,
    },
  });
} finally {
  await client.end();
  await server.stop();
}

function partName(layout: Layout, index: number): string {
  return `${layout}_${index}`;
}

/** Creates a table with the relevant columns of inbound messages, and rows of all retained days. */
async function fill(layout: Layout): Promise<void> {
  const days = LAYOUTS[layout];
  await client.query(
    `create table ${layout} (
       id uuid primary key, received_at timestamptz not null, carrier text not null,
       lane smallint not null, content bytea not null, fate text not null default 'received',
       fate_at timestamptz)${days === null ? '' : ' partition by range (id)'}`,
  );
  if (days !== null) {
    const count = Math.ceil((RETENTION_DAYS + 3) / days);
    for (let index = 0; index < count; index += 1) {
      const [from, to] = [index, index + 1].map((at) => lowestIdAt(BEGIN_MS + at * days * DAY_MS));
      await client.query(
        `create table ${partName(layout, index)} partition of ${layout} for values from ('${from}') to ('${to}')`,
      );
    }
  }
  await client.query(
    `create index ${layout}_waiting on ${layout} (lane, id) where fate = 'received'`,
  );
  const everyMs = (RETENTION_DAYS * DAY_MS) / ROWS;
  for (let from = 0; from < ROWS; from += 10_000) {
    const ids = Array.from({ length: Math.min(10_000, ROWS - from) }, (_, index) =>
      idAt(Math.floor(BEGIN_MS + (from + index) * everyMs)),
    );
    await client.query(
      `insert into ${layout}
       select id, now(), 'fedex', 0, decode(repeat(md5(id::text), ${HASHES}), 'hex'),
         'processed', now()
       from unnest($1::uuid[]) as id`,
      [ids],
    );
  }
}

async function takeTurn(layout: Layout, atMs: number): Promise<void> {
  const ids = Array.from({ length: BATCH }, () => idAt(atMs));
  await client.query({
    name: `insert_${layout}`,
    text: `insert into ${layout} (id, received_at, carrier, lane, content)
           select id, now(), 'fedex', nr % ${PARTITIONS.length},
             decode(repeat(md5(id::text), ${HASHES}), 'hex')
           from unnest($1::uuid[]) with ordinality as r(id, nr)`,
    values: [ids],
  });
  const { rows } = await client.query<{ id: string }>({
    name: `waiting_${layout}`,
    text: `select r.id from unnest($1::smallint[]) as wanted(lane), lateral (
             select * from ${layout} as all_of
             where all_of.lane = wanted.lane and fate = 'received' order by id limit $2) as r`,
    values: [PARTITIONS, BATCH],
  });
  await client.query({
    name: `mark_${layout}`,
    text: `update ${layout} set fate = 'processed', fate_at = now() where id = any($1::uuid[])`,
    values: [rows.map(({ id }) => id)],
  });
}

/** Deletes a day like the hub's sweep: oldest first, one batch per transaction. */
async function sweepDay(layout: Layout): Promise<void> {
  const before = lowestIdAt(BEGIN_MS + DAY_MS);
  for (let gone = SWEPT_AT_ONCE; gone === SWEPT_AT_ONCE; ) {
    const { rowCount } = await client.query(
      `with old as (select id from ${layout} where fate <> 'received' and id < $1::uuid
         order by id limit $2 for update skip locked)
       delete from ${layout} r using old where r.id = old.id`,
      [before, SWEPT_AT_ONCE],
    );
    gone = rowCount ?? 0;
  }
  await client.query(`vacuum ${layout}`);
}

async function removed(work: () => Promise<unknown>) {
  const lsn = async () => {
    const { rows } = await client.query<{ at: string }>(
      "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as at",
    );
    return Number(rows[0]?.at);
  };
  const [fromLsn, fromMs] = [await lsn(), performance.now()];
  await work();
  const ms = Math.round(performance.now() - fromMs);
  return { ms, walKb: Math.round(((await lsn()) - fromLsn) / 1_024) };
}

function p99(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? 0;
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
