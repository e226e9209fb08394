import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { systemClock, systemRandom } from '../../src/platform/clock.ts';
import { openDatabase } from '../../src/platform/database/database.ts';
import { migrate } from '../../src/platform/database/migrate.ts';
import { startTestPostgres, type TestPostgres } from '../../src/platform/test-postgres.ts';
import { mappingJob, startRenormalization } from '../../src/tracking/ports/mappings.ts';
import {
  fedexPush,
  minuteScan,
  PUSH_SECRET,
  parcelNumber,
  pushHeaders,
} from '../support/fedex-push.ts';
import {
  callApi,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';

/**
 * A hub reads stored history again with a corrected mapping and is killed half way; another
 * continues, with pushes all the time. In the end the state equals that of a hub with the
 * corrected mapping from the first push on.
 */
const PARCELS = 900;
const PUSHED_MEANWHILE = 150;
const BATCH = 100;
const CONNECTIONS = 12;
const WAIT_MS_MAX = 200_000;
const MENDED = `carrier: fedex
rules:
  - { match: { event: OD }, status: exception, reason: wrong_van }
`;

let postgres: TestPostgres;
let mendedLater: Stage;
let mendedBefore: Stage;

beforeAll(async () => {
  // A hub refuses a server that does not sync its commits.
  postgres = await startTestPostgres({ durable: true });
  mendedLater = await openStage('mended_later');
  mendedBefore = await openStage('mended_before');
});
afterAll(async () => {
  await mendedLater?.close();
  await mendedBefore?.close();
  await postgres?.stop();
});

it('a re-normalization that is killed half way ends as a fresh load would', async () => {
  mendedBefore.mend();
  const fresh = await mendedBefore.start();
  await expectReceived(mendedBefore, fresh);
  await expectReceived(mendedBefore, fresh, PUSHED_MEANWHILE);
  await fresh.stop();

  const first = await mendedLater.start();
  await expectReceived(mendedLater, first);
  const before = await mendedLater.versionInForce();
  mendedLater.mend();
  await vi.waitFor(async () => expect(await mendedLater.versionInForce()).not.toBe(before), {
    timeout: WAIT_MS_MAX,
    interval: 50,
  });
  // Blocks it, so that it cannot end before it is killed.
  const letGo = await mendedLater.holdLast();
  const job = await mendedLater.order();
  await vi.waitFor(async () => expect((await job()).factsChanged).toBeGreaterThan(PARCELS / 5), {
    timeout: WAIT_MS_MAX,
    interval: 2,
  });
  await first.kill();
  await letGo();
  const left = await job();
  expect(left).toMatchObject({ state: 'running' });
  expect(left.factsChanged).toBeLessThan(PARCELS);

  const second = await mendedLater.start();
  const meanwhile = expectReceived(mendedLater, second, PUSHED_MEANWHILE);
  await mendedLater.passLease();
  await meanwhile;
  await vi.waitFor(async () => expect(await job()).toMatchObject({ state: 'done' }), {
    timeout: WAIT_MS_MAX,
    interval: 100,
  });
  await second.stop();
  expect(await job()).toMatchObject({ factsChanged: PARCELS, shipmentsFailed: 0 });
  expect(await mendedLater.everything()).toEqual(await mendedBefore.everything());
}, 600_000);

interface Stage {
  readonly db: pg.Client;
  start(): Promise<RunningHub>;
  /** Changes the meaning of the code in the overlay file. */
  mend(): void;
  versionInForce(): Promise<string>;
  /** Orders it; returns a function that reports the progress. */
  order(): Promise<() => Promise<{ state: string; factsChanged: number; shipmentsFailed: number }>>;
  /** Locks the last parcel until the returned function is called. */
  holdLast(): Promise<() => Promise<void>>;
  /** Expires the dead holder's lease. */
  passLease(): Promise<void>;
  everything(): Promise<unknown>;
  close(): Promise<void>;
}

async function openStage(name: string): Promise<Stage> {
  const url = await createDatabase(name);
  const overlay = mkdtempSync(join(tmpdir(), 'waybill-overlay-'));
  const folders: string[] = [];
  const pools = openDatabase({ url });
  const db = new pg.Client(url);
  await db.connect();
  const versionInForce = async () => {
    const { rows } = await db.query<{ version: string }>(
      `select version from active_mappings where carrier = 'fedex'`,
    );
    return rows[0]?.version ?? '';
  };
  return {
    db,
    versionInForce,
    start() {
      const folder = newDataFolder();
      folders.push(folder);
      return startHub(folder, {
        DATABASE_URL: url,
        WAYBILL_MASTER_KEY: 'cd'.repeat(32),
        WAYBILL_MAPPINGS_OVERLAY: overlay,
        WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
        WAYBILL_SANDBOX: 'off',
        WAYBILL_ROLES: 'api,webhooks,worker',
      });
    },
    mend: () => writeFileSync(join(overlay, 'fedex.yaml'), MENDED),
    async order() {
      const deps = { db: pools, clock: systemClock, randomBytes: systemRandom };
      const toVersion = await versionInForce();
      const { id } = await startRenormalization(deps, { carrier: 'fedex', toVersion, by: 'test' });
      return async () => {
        const job = await mappingJob(deps, id);
        if (job === null) throw new Error('the job is gone');
        return job;
      };
    },
    async holdLast() {
      const holder = new pg.Client(url);
      await holder.connect();
      await holder.query('begin');
      await holder.query('select from shipments order by id desc limit 1 for update');
      return () => holder.end();
    },
    async passLease() {
      await db.query(`update mapping_jobs set lease_until = now() - interval '1 second'`);
    },
    async everything() {
      const { rows } = await db.query(
        `select s.tracking_number, s.status, s.sub_status, s.confirmed, s.steering, s.is_returning,
           s.delivered_at, s.last_event_at, s.event_zone, s.carrier_piece_id,
           (select jsonb_agg(to_jsonb(f) - array['shipment_id', 'merchant_id', 'created_at',
                                                 'mapping_version', 'read_before',
                                                 'inbound_message_id', 'received_at']
                             order by f.identity) from facts f where f.shipment_id = s.id) as facts,
           (select convert_from(t.body, 'UTF8') from public_tracks t
            where t.tracking_number = s.tracking_number) as public_track
         from shipments s order by s.tracking_number`,
      );
      expect(rows).toHaveLength(PARCELS);
      return rows;
    },
    async close() {
      await db.end();
      await pools.end();
      rmSync(overlay, { recursive: true });
      for (const folder of folders) removeDataFolder(folder);
    },
  };
}

async function createDatabase(name: string): Promise<string> {
  const admin = new pg.Client(postgres.url);
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  const url = postgres.url.replace(/@\/[^?]*/, `@/${name}`);
  await migrate(url);
  return url;
}

/** Registers and pushes to all; `only`: pushes the next scan to the first so many. */
async function expectReceived(stage: Stage, { url }: RunningHub, only?: number): Promise<void> {
  if (only === undefined) {
    for (let from = 0; from < PARCELS; from += BATCH) {
      const shipments = Array.from({ length: BATCH }, (_, index) => ({
        carrier: 'fedex',
        tracking_number: parcelNumber(from + index),
      }));
      await callApi(url, 'POST', '/v1/shipments/batch', { shipments });
    }
  }
  const scans =
    only === undefined
      ? [minuteScan(0, 'PU'), minuteScan(60, 'DP'), minuteScan(120, 'OD')]
      : [minuteScan(600, 'OD')];
  const numbers = Array.from({ length: only ?? PARCELS }, (_, index) => parcelNumber(index));
  const next = async (): Promise<void> => {
    for (let number = numbers.pop(); number !== undefined; number = numbers.pop()) {
      const body = fedexPush({ number, scans });
      const headers = pushHeaders(body);
      const target = new URL('/webhooks/carrier/fedex', url);
      const answer = await fetch(target, { method: 'POST', headers, body });
      expect(answer.status).toBe(200);
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, next));
  await vi.waitFor(
    async () => {
      const { rows } = await stage.db.query(`select from waiting_inbound_messages limit 1`);
      expect(rows).toEqual([]);
    },
    { timeout: WAIT_MS_MAX, interval: 50 },
  );
}
