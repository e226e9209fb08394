import pg from 'pg';
import { createApiKey } from '../../../src/merchants/index.ts';
import { systemClock, systemRandom } from '../../../src/platform/clock.ts';
import { openDatabase } from '../../../src/platform/database/database.ts';
import type { Role } from '../../../src/platform/settings/config.ts';
import { startTestPostgres } from '../../../src/platform/test-postgres.ts';
import { PUSH_SECRET } from '../fedex-push.ts';
import { type FedexServer, startFedexServer } from '../fedex-server.ts';
import { type Balancer, startBalancer } from '../hubs/balancer.ts';
import {
  HUB_TEST_KEY,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../hubs/hub-process.ts';

export const ROLES: readonly Role[] = ['api', 'webhooks', 'worker', 'poller'];
const MASTER_KEY = 'ab'.repeat(32);
/** A realistic latency of carriers, so that pollers are also killed in the middle of a call. */
const ANSWER_MS = 150;

/** Each role in processes of its own, on one PostgreSQL server beside them. */
export interface RolesApart {
  readonly api: Balancer;
  readonly webhooks: Balancer;
  readonly carrier: FedexServer;
  readonly db: pg.Client;
  /** For the merchant's live mode, whose parcels are polled. */
  readonly liveKey: string;
  /** Starts one more process of the role. */
  startAnother(role: Role): Promise<void>;
  /** Kills the older one of two. */
  killOldest(role: Role): Promise<void>;
  close(): Promise<void>;
}

export async function startRolesApart(): Promise<RolesApart> {
  const postgres = await startTestPostgres({ durable: true });
  const carrier = await startFedexServer(() => ANSWER_MS);
  const running = new Map<Role, RunningHub[]>(ROLES.map((role) => [role, []]));
  const folders = new Map<RunningHub, string>();
  const balancers = { api: await startBalancer([]), webhooks: await startBalancer([]) };
  const start = async (role: Role): Promise<void> => {
    const folder = newDataFolder();
    const hub = await startHub(folder, {
      DATABASE_URL: postgres.url,
      WAYBILL_MASTER_KEY: MASTER_KEY,
      WAYBILL_ROLES: role,
      WAYBILL_BOOTSTRAP_KEY: HUB_TEST_KEY,
      WAYBILL_REDIS: 'off',
      LOG_LEVEL: 'fatal',
      WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
      WAYBILL_CARRIER_URL_FEDEX: carrier.url,
      WAYBILL_EGRESS_ALLOW: '127.0.0.0/8',
      WAYBILL_POLLING_FLOOR_MINUTES: '1',
    });
    folders.set(hub, folder);
    running.get(role)?.push(hub);
    route(role);
  };
  const route = (role: Role): void => {
    if (role !== 'api' && role !== 'webhooks') return;
    balancers[role].use((running.get(role) ?? []).map(({ url }) => url));
  };
  const end = async (hub: RunningHub): Promise<void> => {
    await hub.kill();
    removeDataFolder(folders.get(hub) ?? '');
  };
  // The first one prepares the database for the others.
  for (const role of ROLES) await start(role);
  const db = new pg.Client(postgres.url);
  await db.connect();
  return {
    ...balancers,
    carrier,
    db,
    liveKey: await liveKeyOf(postgres.url, db),
    startAnother: start,
    async killOldest(role) {
      const [oldest, ...others] = running.get(role) ?? [];
      if (oldest === undefined || others.length === 0) throw new Error(`${role} is alone`);
      running.set(role, others);
      // The balancer is not notified: it detects the failure itself.
      await end(oldest);
    },
    async close() {
      await db.end();
      await balancers.api.close();
      await balancers.webhooks.close();
      await Promise.all([...running.values()].flat().map(end));
      await carrier.close();
      await postgres.stop();
    },
  };
}

async function liveKeyOf(databaseUrl: string, db: pg.Client): Promise<string> {
  const { rows } = await db.query<{ id: string }>(
    "select id from merchants where slug = 'default'",
  );
  const pools = openDatabase({ url: databaseUrl });
  const tenant = { merchantId: rows[0]?.id ?? '', mode: 'live' } as const;
  const deps = { db: pools, clock: systemClock, randomBytes: systemRandom };
  const { text } = await createApiKey(deps, tenant, { name: 'drill', scopes: ['admin'] });
  await pools.end();
  return text;
}
