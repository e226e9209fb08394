import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, expect, it } from 'vitest';
import { hmacSha256Base64 } from '../../src/adapters/sdk.ts';
import { urlOfRunningServer } from '../../src/platform/postgres/embedded-postgres.ts';
import { ROOT } from '../docs/blocks.ts';
import { buildExamplePackage } from '../support/example-package.ts';
import {
  HUB_TEST_KEY,
  newDataFolder,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { packFolder, runWaybill } from '../support/package-commands.ts';

const work = mkdtempSync(join(tmpdir(), 'waybill-bridge-'));
const data = newDataFolder();
afterAll(() => {
  removeDataFolder(data);
  rmSync(work, { recursive: true, force: true });
});

const SECRET = 'pigeons-test-secret-not-a-secret';
const NUMBER = 'PP1000000038';
/** Makes the example's carrier a service that reports parcels of DPD, and registers them. */
const AS_BRIDGE = `
adapter.manifest.role = 'bridge';
adapter.access.origins = { ...adapter.access.origins, test: 'https://test.pigeon-post.example' };
const read = adapter.parse;
adapter.parse = (payload) => {
  const outcome = read(payload);
  if (outcome.outcome !== 'reports') return outcome;
  return { ...outcome, reports: outcome.reports.map((each) => ({ ...each, carrier: 'dpd' })) };
};
adapter.bridge = {
  parcelsPerCall: 10,
  async register(parcels, session) {
    const body = JSON.stringify(parcels);
    const answer = await session.send({ method: 'POST', path: '/parcels', body });
    const failure = { outcome: 'error', reason: 'the service did not take the parcel' };
    const isTaken = answer.kind === 'http' && answer.status === 201;
    return parcels.map(({ trackingNumber }) =>
      isTaken
        ? { outcome: 'registered', trackingNumber, reference: trackingNumber }
        : { ...failure, trackingNumber });
  },
};
adapter.numbers = { ...adapter.numbers, recognise: () => [] };
`;

const waybill = (...args: readonly string[]) => runWaybill({ work, data }, ...args);

/** Packs the example as a bridge, and returns the archive's path. */
function pack(name: string): string {
  const folder = join(work, name);
  buildExamplePackage(folder);
  appendFileSync(join(folder, 'index.js'), AS_BRIDGE);
  const fixtures = join(folder, 'fixtures');
  for (const file of readdirSync(fixtures).filter((each) => each.endsWith('.expected.json'))) {
    const expected = JSON.parse(readFileSync(join(fixtures, file), 'utf8'));
    for (const report of expected.outcome.reports ?? []) report.carrier = 'dpd';
    writeFileSync(join(fixtures, file), JSON.stringify(expected));
  }
  return packFolder(folder);
}

it('a package can be a bridge: it registers parcels, and its webhooks move those of other carriers', async () => {
  const added = waybill('carrier', 'add', pack('bridge'));
  expect([added.status, added.output]).toEqual([
    0,
    expect.stringContaining('It is a bridge: it can report on parcels of all carriers.'),
  ]);
  const hub = await startHub(data, {
    WAYBILL_WEBHOOK_SECRET_PIGEON_POST: SECRET,
    WAYBILL_SANDBOX: 'off',
  });
  const client = new pg.Client({ connectionString: urlOfRunningServer(data) ?? '' });
  client.on('error', () => {});
  await client.connect();
  const call = async (method: string, path: string, body?: object) => {
    const headers = {
      authorization: `Bearer ${HUB_TEST_KEY}`,
      'content-type': 'application/json',
    };
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(new URL(path, hub.url), { method, headers, ...text });
    return { status: response.status, body: await response.json() };
  };
  try {
    const made = await call('POST', '/v1/shipments', { carrier: 'dpd', tracking_number: NUMBER });
    expect(made.status).toBe(201);
    const joined = await call('POST', '/v1/carrier-accounts?verify=false', {
      ...{ carrier: 'pigeon-post', label: 'relay', environment: 'carrier_test' },
      credentials: { client_id: 'test-id', client_secret: 'test-secret' },
      rule: { monthly_cap: 5, carriers: ['dpd'] },
    });
    expect(joined).toMatchObject({ status: 201 });
    await expect
      .poll(async () => (await client.query('select * from bridge_registrations')).rows)
      .toMatchObject([{ carrier: 'dpd', tracking_number: NUMBER, state: 'requested' }]);
    const pushed = readFileSync(
      join(ROOT, 'examples/adapter-package/fixtures/push-out-for-delivery.json'),
      'utf8',
    );
    const headers = { 'x-pigeon-post-signature': hmacSha256Base64(pushed, SECRET) };
    const url = new URL('/webhooks/carrier/pigeon-post', hub.url);
    expect((await fetch(url, { method: 'POST', headers, body: pushed })).status).toBe(200);
    await expect
      .poll(async () => (await call('GET', `/v1/shipments/${made.body.id}`)).body)
      .toMatchObject({
        carrier: 'dpd',
        status: 'out_for_delivery',
        events: expect.arrayContaining([expect.objectContaining({ via: 'pigeon-post' })]),
      });
  } finally {
    await client.end().catch(() => {});
    await hub.stop();
  }
});
