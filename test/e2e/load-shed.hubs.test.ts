import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startTestPostgres, type TestPostgres } from '../../src/platform/test-postgres.ts';
import {
  fedexPush,
  minuteScan,
  PUSH_SECRET,
  parcelNumber,
  pushHeaders,
} from '../support/fedex-push.ts';
import {
  callApi,
  HUB_TEST_KEY,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';

/** A low limit, so that a backlog forms at once. */
const BACKLOG_MAX = 100;
const PUSHES_MAX = 5 * BACKLOG_MAX;
const COMES_ABOUT_MS = 180_000;

let postgres: TestPostgres;
/** One that only answers, one for merchants only, and later one that works. */
const hubs: RunningHub[] = [];
const folders: string[] = [];

async function start(roles: string): Promise<RunningHub> {
  const folder = newDataFolder();
  folders.push(folder);
  const hub = await startHub(folder, {
    DATABASE_URL: postgres.url,
    WAYBILL_MASTER_KEY: 'cd'.repeat(32),
    WAYBILL_ROLES: roles,
    WAYBILL_BOOTSTRAP_KEY: HUB_TEST_KEY,
    WAYBILL_REDIS: 'off',
    WAYBILL_SANDBOX: 'off',
    WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
    WAYBILL_BACKLOG_MAX: String(BACKLOG_MAX),
  });
  hubs.push(hub);
  return hub;
}

beforeAll(async () => {
  postgres = await startTestPostgres({ durable: true });
}, COMES_ABOUT_MS);
afterAll(async () => {
  for (const hub of hubs) await hub.kill();
  await postgres?.stop();
  for (const folder of folders) removeDataFolder(folder);
}, COMES_ABOUT_MS);

const status = async ({ url }: RunningHub, path: string): Promise<number> => {
  const answer = await fetch(new URL(path, url), {
    headers: { authorization: `Bearer ${HUB_TEST_KEY}` },
  });
  await answer.arrayBuffer();
  return answer.status;
};

async function push({ url }: RunningHub, index: number): Promise<number> {
  const body = fedexPush({ number: parcelNumber(1), scans: [minuteScan(index)] });
  const headers = pushHeaders(body, PUSH_SECRET);
  const to = new URL('/webhooks/carrier/fedex', url);
  const answer = await fetch(to, { method: 'POST', headers, body });
  await answer.arrayBuffer();
  return answer.status;
}

const comesAbout = (holds: () => Promise<boolean>) =>
  vi.waitUntil(holds, { timeout: COMES_ABOUT_MS, interval: 200 });

const levelOf = async ({ url }: RunningHub): Promise<number> => {
  const figures = await (await fetch(new URL('/metrics', url))).text();
  return Number(/^waybill_load_level (\d)$/m.exec(figures)?.[1]);
};

test(
  'a backlog sheds lists before webhooks, in every process, but never lookups by number; once worked off, everything is served again',
  async () => {
    const [takes, answers] = [await start('api,webhooks'), await start('api')];
    const wanted = { carrier: 'fedex', tracking_number: parcelNumber(1) };
    const { id } = await callApi<{ id: string }>(takes.url, 'POST', '/v1/shipments', wanted);
    expect(await status(takes, '/v1/shipments')).toBe(200);
    // No worker runs. Lists are shed before pushes, whatever a push is answered.
    let refused = false;
    for (let index = 0; index < PUSHES_MAX && !refused; index += 1) {
      refused = (await push(takes, index)) === 503;
      if (refused) expect(await status(takes, '/v1/shipments')).toBe(503);
    }
    expect(refused).toBe(true);
    // The other process has no backlog itself.
    await comesAbout(async () => (await status(answers, '/v1/shipments')) === 503);
    for (const hub of [takes, answers]) {
      for (const path of [
        `/v1/shipments/${id}`,
        `/v1/shipments?tracking_number=${parcelNumber(1)}`,
        `/v1/track/${parcelNumber(1)}`,
        `/track/${parcelNumber(1)}`,
        '/healthz',
      ]) {
        expect([path, await status(hub, path)]).toEqual([path, 200]);
      }
      await comesAbout(async () => (await levelOf(hub)) === 4);
      const readyz = (await (await fetch(new URL('/readyz', hub.url))).json()) as {
        status: string;
        degraded: string[];
      };
      expect(readyz.status).toBe('degraded');
      expect(readyz.degraded.join('\n')).toContain('load: level 4 of 4');
    }
    await start('worker');
    for (const hub of [takes, answers]) {
      await comesAbout(async () => (await status(hub, '/v1/shipments')) === 200);
    }
    expect(await push(takes, PUSHES_MAX)).toBe(200);
  },
  3 * COMES_ABOUT_MS,
);
