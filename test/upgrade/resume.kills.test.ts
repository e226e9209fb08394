import process from 'node:process';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { randomFrom } from '../../src/kernel/seeded-random.ts';
import {
  migrate,
  migrationNames,
  pendingMigrations,
  readMigration,
} from '../../src/platform/database/migrate.ts';
import { dumpSchema } from '../../src/platform/database/schema-dump.ts';
import { startTestPostgres, type TestPostgres } from '../../src/platform/test-postgres.ts';
import { newDataFolder, removeDataFolder } from '../support/hubs/hub-process.ts';
import { pause } from '../support/hubs/kill-under-load.ts';
import { startVerb } from '../support/hubs/waybill-verb.ts';
import { changedRows, loadFixture, migrationSteps, readFixture } from './fixture.ts';

/**
 * `waybill migrate` from 0.1.0, killed at random points: the process, its connection to PostgreSQL,
 * or the process while PostgreSQL goes on with its statement. No migration is half applied, and the
 * next run ends with the schema of an uninterrupted one and with every row.
 */
const KILLS = Number(process.env['WAYBILL_MIGRATE_KILLS'] ?? 50);
const SEED = Number(process.env['WAYBILL_MIGRATE_SEED'] ?? 43);
/** Beside those of the fixture, so that migrations take a while. */
const PARCELS = 3_000;
const AT_ONCE = 2;
const POLL_MS = 2;
/** Most migrations take less time. */
const LATER_MS_MAX = 40;
const STARTED_MS_MAX = 60_000;
const VICTIMS = ['process', 'connection', 'process, not its statement'] as const;

const FIXTURE = readFixture('0.1.0');
const TEMPLATE = 'waybill_fixture';

let postgres: TestPostgres;
let admin: pg.Client;
let data: string;
/** The schema before each migration, by its name; '': after all of them. */
const schemas = new Map<string, string>();

beforeAll(async () => {
  postgres = await startTestPostgres();
  admin = await connect(postgres.url);
  data = newDataFolder();
  await admin.query(`create database ${TEMPLATE}`);
  const db = await connect(urlOf(TEMPLATE));
  await loadFixture(urlOf(TEMPLATE), db, FIXTURE);
  await db.query(
    `insert into shipments select (jsonb_populate_record(s, jsonb_build_object(
       'id', gen_random_uuid(), 'tracking_number', 'N' || n))).*
     from shipments s, generate_series(1, $1) as n
     where s.id = (select id from shipments where 'fixture' = any (tags) limit 1)`,
    [PARCELS],
  );
  await db.end();
  await migrateStepwise();
});
afterAll(async () => {
  await admin?.end();
  await postgres?.stop();
  removeDataFolder(data);
});

test(`killed at ${KILLS} random points, a migration of 0.1.0 is resumed and loses nothing`, async () => {
  const stages = new Map<string, number>();
  const rounds = Array.from({ length: KILLS }, (_, round) => round).values();
  const work = async (): Promise<void> => {
    for (const round of rounds) {
      const stage = await killOnce(round);
      stages.set(stage, (stages.get(stage) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const points = [...stages].sort(([a], [b]) => (a < b ? -1 : 1));
  process.stdout.write(
    `kills by the next migration: ${JSON.stringify(Object.fromEntries(points))}\n`,
  );
  expect(points.length).toBeGreaterThan(1);
});

/** Returns the name of the migration with which it is resumed; 'none' if all had run. */
async function killOnce(round: number): Promise<string> {
  const random = randomFrom(SEED * 1_000 + round);
  const [afterMs, victim] = [random.below(LATER_MS_MAX), random.pick(VICTIMS)];
  const finished = FIXTURE.migrations.length + random.below(schemas.size - 1);
  const database = await copyOfFixture(`waybill_killed_${round}`);
  const verb = startVerb(data, ['migrate'], { DATABASE_URL: database.url });
  const all = migrationNames().length;
  const db = await connect(database.url);
  await until(async () => (await db.query(HAS_BEGUN, [finished, all])).rowCount !== 0);
  await pause(afterMs);
  if (victim === 'connection') await admin.query(END_MIGRATION, [database.name]);
  else verb.child.kill('SIGKILL');
  await verb.ended;

  const what = `round ${round}, ${victim} ${afterMs} ms after ${finished} migrations`;
  const [next] = await pendingMigrations(database.url);
  if (victim !== 'process, not its statement') {
    await until(async () => (await admin.query(IS_MIGRATING, [database.name])).rowCount === 0);
    const last = (await pendingMigrations(database.url))[0];
    if (last === undefined || !readMigration(last).up.startsWith('-- no transaction'))
      expect([what, await dumpSchema(db)]).toEqual([what, schemas.get(last ?? '')]);
  }
  await migrate(database.url);
  expect([what, await dumpSchema(db)]).toEqual([what, schemas.get('')]);
  expect([what, await changedRows(db, FIXTURE)]).toEqual([what, {}]);
  const left = await db.query(
    `select (select count(*)::int from shipments where tracking_number ~ '^N') as parcels,
       (select count(*)::int from pg_index where not indisvalid) as unfinished,
       (select array_agg(name order by name) from knex_migrations) as done`,
  );
  const whole = { parcels: PARCELS, unfinished: 0, done: migrationNames() };
  expect([what, left.rows]).toEqual([what, [whole]]);
  await db.end();
  await admin.query(`drop database ${database.name}`);
  return next ?? 'none';
}

const IS_MIGRATING = `select from pg_stat_activity
  where datname = $1 and application_name = 'waybill migrating'`;
const END_MIGRATION = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = $1 and application_name = 'waybill migrating'`;
/** A process holds the lock, and so many migrations are finished, or all. */
const HAS_BEGUN = `select from (select count(*) as finished from knex_migrations) as k
  where finished >= $2 or finished >= $1 and exists (
    select from pg_locks l join pg_database d on d.oid = l.database
    where d.datname = current_database() and l.locktype = 'advisory' and l.granted)`;

/** The schema before each migration, by its name; '' when all have run. */
async function migrateStepwise(): Promise<void> {
  const database = await copyOfFixture('waybill_stepwise');
  const db = await connect(database.url);
  const steps = migrationSteps(FIXTURE.migrations);
  for (const name of await pendingMigrations(database.url)) {
    schemas.set(name, await dumpSchema(db));
    steps.add(name);
    await migrate(database.url, steps.folder);
  }
  schemas.set('', await dumpSchema(db));
  steps.remove();
  await db.end();
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + STARTED_MS_MAX;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error('the migration neither begins nor ends');
    await pause(POLL_MS);
  }
}

async function copyOfFixture(name: string): Promise<{ name: string; url: string }> {
  await admin.query(`create database ${name} template ${TEMPLATE}`);
  return { name, url: urlOf(name) };
}

function urlOf(database: string): string {
  return postgres.url.replace(/@\/[^?]*/, `@/${database}`);
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  await client.connect();
  return client;
}
