import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { urlOfRunningServer } from '../platform/postgres/embedded-postgres.ts';
import { type HubProcess, launchHub } from './start-testing.ts';

const NUMBER = '1Z999AA10123456784';
/** Paths of the fleet, for anybody who may. */
const FLEET_PATH = /^\/(?:couriers|deliveries|driver|positions|live|routes|dispatch)|\/location$/;
const FLEET_PAGE = /\/(?:console\/deliveries|driver)\b/;

let data: string;
let hub: HubProcess;
let url: string;
let key: string;

beforeAll(async () => {
  data = mkdtempSync(path.join(os.tmpdir(), 'waybill-fleet-off-'));
  hub = launchHub(data, { env: { WAYBILL_FLEET: 'off', WAYBILL_SANDBOX: 'on' } });
  const ready = await hub.ready;
  url = ready.url;
  key = ready.api_key ?? '';
});
afterAll(async () => {
  hub.child.kill('SIGTERM');
  expect((await hub.ended).how).toBe(0);
  rmSync(data, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

function call(method: string, at: string, body?: unknown): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  return fetch(url + at, {
    method,
    headers,
    redirect: 'manual',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** A console with its session, after signing in with the first key. */
async function signIn(at: string, form: Readonly<Record<string, string>>) {
  const page = await fetch(url + at);
  const cookie = cookiesOf(page);
  const csrf = /name="csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
  const signed = await fetch(url + at, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie },
    body: new URLSearchParams({ csrf, ...form }),
  });
  expect(signed.status).toBe(303);
  const session = cookiesOf(signed);
  return (to: string) => fetch(url + to, { headers: { cookie: session } });
}

function cookiesOf({ headers }: Response): string {
  return headers
    .getSetCookie()
    .map((each) => each.split(';')[0] ?? '')
    .filter((pair) => !pair.endsWith('='))
    .join('; ');
}

describe('a hub with WAYBILL_FLEET=off', () => {
  it('is ready, and has nothing of couriers in its API', async () => {
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ status: 'ready' });
    const requests = [
      ['GET', '/v1/couriers'],
      ['POST', '/v1/couriers'],
      ['GET', '/v1/deliveries'],
      ['POST', '/v1/positions'],
      ['POST', '/v1/routes/plan'],
      ['POST', '/v1/driver/enrol'],
      ['GET', '/v1/driver/route'],
      ['GET', '/v1/live'],
    ] as const;
    for (const [method, at] of requests) {
      const answer = await call(method, at, method === 'POST' ? {} : undefined);
      expect([method, at, answer.status]).toEqual([method, at, 404]);
    }
  });

  it('describes no path and no tag of couriers', async () => {
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
      paths: Record<string, object>;
      tags: { name: string }[];
    };
    const paths = Object.keys(document.paths);
    expect(paths).toContain('/shipments');
    expect(paths).toContain('/scans');
    expect(paths.filter((each) => FLEET_PATH.test(each))).toEqual([]);
    const tags = document.tags.map(({ name }) => name);
    expect(tags).not.toContain('Couriers');
    expect(tags).not.toContain('Deliveries');
    expect(tags).not.toContain("Drivers' app");
  });

  it('has no driver app, and its start page links to none of the couriers’ pages', async () => {
    const start = await (await fetch(url, { headers: { accept: 'text/html' } })).text();
    expect(start).toContain('/console"');
    expect(start).not.toMatch(FLEET_PAGE);
    expect((await fetch(`${url}/driver`)).status).toBe(404);
    expect((await fetch(`${url}/driver/_/manifest.webmanifest`)).status).toBe(404);
  });

  it('has no page of couriers in the operators’ console, and links to none', async () => {
    const visit = await signIn('/console/sign-in', { key, next: '/console/hub' });
    for (const at of [
      '/console/hub',
      '/console/shipments',
      '/console/hub/drops',
      '/console/exceptions',
    ]) {
      const page = await visit(at);
      expect([at, page.status]).toEqual([at, 200]);
      expect(await page.text()).not.toMatch(FLEET_PAGE);
    }
    for (const at of [
      '/console/deliveries/couriers',
      '/console/deliveries',
      '/console/deliveries/map',
    ]) {
      expect([at, (await visit(at)).status]).toEqual([at, 404]);
    }
  });

  it('has no page of dispatch in the merchants’ console, and links to none', async () => {
    const visit = await signIn('/console/sign-in', { key });
    const page = await visit('/console/shipments');
    expect(page.status).toBe(200);
    expect(await page.text()).not.toMatch(FLEET_PAGE);
    expect((await visit('/console/deliveries')).status).toBe(404);
    expect(await (await visit('/console/messages?tab=rules')).text()).toContain(
      'this hub has none.',
    );
  });

  it('tracks parcels of carriers, and accepts scans of the merchant’s own', async () => {
    const made = await call('POST', '/v1/shipments', { carrier: 'ups', tracking_number: NUMBER });
    expect(made.status).toBe(201);
    const { id } = (await made.json()) as { id: string };
    expect((await call('GET', `/v1/shipments/${id}`)).status).toBe(200);
    const own = await call('POST', '/v1/shipments', { carrier: 'fleet' });
    const { id: ownId, tracking_number } = (await own.json()) as Record<string, string>;
    const scan = {
      tracking_number,
      code: 'ARRIVE',
      facility_code: 'HAM-1',
      scanned_at: new Date().toISOString(),
    };
    const scanned = await call('POST', '/v1/scans', [scan]);
    expect([scanned.status, await scanned.json()]).toEqual([
      202,
      expect.objectContaining({ accepted: 1 }),
    ]);
    const status = async () => {
      const shipment = (await (await call('GET', `/v1/shipments/${ownId}`)).json()) as {
        status: string;
      };
      return shipment.status;
    };
    await expect.poll(status, { timeout: 20_000 }).toBe('at_facility');
    expect((await fetch(`${url}/track/ups/${NUMBER}`)).status).toBe(200);
  });

  it('runs no background work of couriers, and hires none for the sandbox', async () => {
    const client = new pg.Client(urlOfRunningServer(data) ?? '');
    await client.connect();
    try {
      const { rows } = await client.query('select distinct consumer from consumer_cursors');
      const consumers = rows.map(({ consumer }) => consumer);
      expect(consumers).toContain('exceptions');
      for (const name of ['couriers', 'deliveries', 'places'])
        expect(consumers).not.toContain(name);
      const couriers = await client.query('select count(*)::int as many from couriers');
      expect(couriers.rows).toEqual([{ many: 0 }]);
    } finally {
      await client.end();
    }
    expect(await (await fetch(`${url}/metrics`)).text()).not.toMatch(/^waybill_match_seconds/m);
  });
});
