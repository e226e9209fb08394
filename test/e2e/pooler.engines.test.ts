import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate } from '../../src/platform/database/migrate.ts';
import { startTestPostgres, type TestPostgres } from '../../src/platform/test-postgres.ts';
import {
  acknowledgedIn,
  expectInTimelines,
  registerParcels,
  startPushes,
} from '../support/drills/push-load.ts';
import { PUSH_SECRET } from '../support/fedex-push.ts';
import {
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { pause } from '../support/hubs/kill-under-load.ts';
import { type PgBouncer, startPgBouncer, whyNoPgBouncer } from '../support/pgbouncer.ts';

const missing = whyNoPgBouncer();
if (missing !== null) process.stderr.write(`SKIPPED: a hub behind PgBouncer: ${missing}\n`);

const LOGIN = { user: 'waybill_bouncer', password: 'test-password' };
const ROUNDS = 2;
const PARCELS = 3;
const ANSWERED_MS_MAX = 180_000;

describe.skipIf(missing !== null)('a hub behind a PgBouncer in transaction mode', () => {
  let postgres: TestPostgres;
  let bouncer: PgBouncer;
  let hub: RunningHub;
  let data: string;
  let direct: pg.Client;
  beforeAll(async () => {
    postgres = await startTestPostgres({ durable: true });
    await migrate(postgres.url);
    direct = new pg.Client(postgres.url);
    await direct.connect();
    await direct.query(`create role ${LOGIN.user} login noinherit password '${LOGIN.password}'`);
    await direct.query(`grant waybill_app, waybill_pipeline, waybill_public to ${LOGIN.user}`);
    bouncer = await startPgBouncer({ databaseUrl: postgres.url, login: LOGIN, poolSize: 3 });
    data = newDataFolder();
    hub = await startHub(data, {
      DATABASE_URL: postgres.url,
      DATABASE_POOLER_URL: bouncer.url,
      WAYBILL_REDIS: 'off',
      WAYBILL_SANDBOX: 'off',
      LOG_LEVEL: 'fatal',
      WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
    });
  }, 300_000);
  afterAll(async () => {
    await hub?.stop().catch(() => {});
    await bouncer?.stop();
    await direct?.end();
    await postgres?.stop();
    if (data !== undefined) removeDataFolder(data);
  }, 120_000);

  test('turns pushes into timelines, and loses none when a bouncer is killed under load', async () => {
    const parcels = await registerParcels(hub.url, { from: 0, count: PARCELS });
    const load = startPushes(hub.url, parcels);
    for (let round = 0; round < ROUNDS; round += 1) {
      await more(load, 20);
      await bouncer.restart();
      await more(load, 20);
    }
    await load.stop();
    await expectInTimelines(hub.url, parcels);
    expect(acknowledgedIn(parcels)).toBeGreaterThanOrEqual(40 * ROUNDS);
  }, 900_000);

  test('uses three connections for all transactions; the permanent ones are the server’s own', async () => {
    const { rows } = await direct.query<{ login: string; names: string[]; count: number }>(
      `select usename as login, count(*)::int as count, array_agg(distinct application_name::text) as names
       from pg_stat_activity where application_name like 'waybill%' group by 1`,
    );
    const byLogin = new Map(rows.map((row) => [row.login, row]));
    expect(byLogin.get(LOGIN.user)).toMatchObject({ names: ['waybill'] });
    expect(byLogin.get(LOGIN.user)?.count).toBeLessThanOrEqual(3);
    const own = [...byLogin.values()].find(({ login }) => login !== LOGIN.user);
    expect(own?.names).toContain('waybill listen');
    expect(own?.names).not.toContain('waybill app');
    expect(own?.names).not.toContain('waybill public');
  });

  async function more(load: { acknowledged(): number }, count: number): Promise<void> {
    const wanted = load.acknowledged() + count;
    const deadline = performance.now() + ANSWERED_MS_MAX;
    while (load.acknowledged() < wanted) {
      if (performance.now() > deadline) throw new Error('pushes are not acknowledged');
      await pause(20);
    }
  }
});
