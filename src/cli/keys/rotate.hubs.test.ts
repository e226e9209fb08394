import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SEALED_COLUMNS } from '../../app/sealed-columns.ts';
import { type Caller, callerOf } from '../../http/testing/test-client.ts';
import { newDriver } from '../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../http/testing/test-hub.ts';
import { addRejects } from '../../intake/drops/drops-read.sql.ts';
import { inboundMessagesById, openInboundMessage } from '../../intake/index.ts';
import { uuidV7 } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import {
  addProvider,
  beginSecondFactor,
  changeProvider,
  invite,
  inviteFirstOwner,
  join,
} from '../../merchants/index.ts';
import { systemRandom } from '../../platform/clock.ts';
import { createLog } from '../../platform/observability/log.ts';
import { hashKey } from '../../platform/sealing/hash-key.sql.ts';
import { assertKeyFits, installationName } from '../../platform/sealing/key-canary.sql.ts';
import { type LiveKeyring, openLiveKeyring } from '../../platform/sealing/live-keyring.ts';
import { loadKeyring, masterKeyFile } from '../../platform/sealing/master-key.ts';
import { resealBatch, rowsByKey } from '../../platform/sealing/rotation/sealed-column.ts';
import { createEnvelopeSealer, createKeyring } from '../../platform/sealing/sealing.ts';
import { createNotifications, ruleSet } from '../../reactions/notifications/index.ts';
import { sealPlace } from '../../tracking/ports/predictions.ts';
import { findShipment, writeShipmentNote } from '../../tracking/ports/shipments.ts';
import { keysForget, keysRotate, keysStatus } from './rotate.ts';

let data: string;
let env: NodeJS.ProcessEnv;
let hub: TestHub;
let key: string;
let tenant: Tenant;
let call: Caller;
let live: LiveKeyring;
const problems: string[] = [];
const lines: string[] = [];
const faults: string[] = [];
const write = (line: string) => void lines.push(line);
const writeError = (line: string) => void faults.push(line);
const output = () => lines.splice(0).join('\n');
const SECRET = 'a-planted-test-secret';

beforeAll(async () => {
  data = mkdtempSync(path.join(os.tmpdir(), 'waybill-rotate-'));
  const source = { text: null, file: null, data };
  // The hub's own view of the file; it looks when it meets an unknown key, not by the clock.
  live = openLiveKeyring({
    source,
    onProblem: (problem) => void problems.push(problem),
    checkEveryMs: 3_600_000,
  });
  hub = await createTestHub({ keyring: live.keyring });
  env = { DATABASE_URL: hub.databaseUrl, WAYBILL_DATA: data };
  ({ text: key, tenant } = await hub.newKey());
  call = callerOf(hub, key);
  await assertKeyFits(hub.db.pipeline, live.keyring);
  await hashKey(hub.db.pipeline, live.keyring, systemRandom, 'people');
  const owner = await inviteFirstOwner(hub.members);
  const said = { email: `${SECRET}@shop.example`, name: SECRET, password: 'four good words' };
  const joined = await join(hub.members, owner ?? '', said);
  if (joined.kind !== 'joined') throw new Error('nobody joined');
  const wanted = { email: `${SECRET}2@shop.example`, role: 'support' as const };
  await invite(hub.members, joined.merchantId, wanted);
  await beginSecondFactor(hub.members, joined.userId);
  const company = { name: 'Company', issuer: 'https://login.company.example' };
  const provider = (await addProvider(hub.members, joined.merchantId, company)) ?? '';
  const client = { name: 'Company', clientId: 'waybill', clientSecret: SECRET, vouches: false };
  await changeProvider(hub.members, joined.merchantId, provider, client);
});
afterAll(async () => {
  live?.close();
  await hub?.close();
  rmSync(data, { recursive: true });
});

const rotate = (wait = async () => {}) => keysRotate(env, { json: false, wait }, write, writeError);
const status = async () => {
  output();
  expect(await keysStatus(env, { json: true }, write)).toBe(0);
  return JSON.parse(output());
};

let index = 0;
/** One of everything that is sealed. */
async function leaveSecrets() {
  index += 1;
  const carrier = hub.adapters.carriers().find(({ webhook }) => webhook)?.manifest.name ?? '';
  const carrierName =
    hub.adapters.carriers().find(({ access, webhook }) => access?.token && webhook)?.manifest
      .name ?? '';
  const account = await call('POST', '/carrier-accounts', {
    carrier: carrierName,
    label: `Account ${index}`,
    environment: 'sandbox',
    webhook_secrets: [SECRET],
    credentials: { client_id: 'an-id', client_secret: SECRET },
  });
  const order = {
    carrier,
    tracking_number: `79464479013${index}`,
    recipient: { name: SECRET, email: `r${index}@example.com` },
  };
  const key = `rotation-${index}`;
  const shipment = await call('POST', '/shipments', order, { 'idempotency-key': key });
  expect([account.status, shipment.status]).toEqual([201, 201]);
  await hub.handshakes.store(carrier, null, {
    subscriptionId: `subscription-${index}`,
    call: { method: 'POST', path: '/confirm', headers: { secret: SECRET } },
  });
  const inboundMessage = await hub.inbox.store({
    source: 'webhook',
    carrier,
    owner: null,
    trust: 'signed',
    headers: {},
    body: Buffer.from(JSON.stringify({ note: SECRET })),
  });
  const file = `tracking_number,recipient_name\n${order.tracking_number},${SECRET}\n`;
  await call('POST', '/shipments/import', file, { 'content-type': 'text/csv' });
  const at = new Date(hub.clock.nowMs()).toISOString();
  const scan = { code: 'SORT', scanned_at: at, device_id: `${SECRET} gate` };
  await call('POST', '/scans', [{ ...scan, tracking_number: `WB${index}` }]);
  await hub.scanners.flush();
  const owner = await hub.accounts.forPolling(String(account.body['id']));
  if (owner === null) throw new Error('the account does not exist');
  await hub.proofs.store(owner, order.tracking_number, [
    { kind: 'photo', mediaType: 'image/png', bytes: Buffer.from(`${SECRET} ${index}`) },
  ]);
  await leaveRejectedRow();
  await leaveCourierSecrets();
  await leaveOrder();
  const reactions = await leaveReactionsSecrets(String(shipment.body['id']), order.tracking_number);
  return {
    accountId: String(account.body['id']),
    shipmentId: String(shipment.body['id']),
    inboundMessage,
    async check() {
      const again = await hub.accounts.forPolling(this.accountId, { fresh: true });
      expect(again?.credentials['client_secret']).toBe(SECRET);
      expect(again?.webhookSecrets).toEqual([SECRET]);
      const shown = await call('GET', `/shipments/${this.shipmentId}`);
      expect(shown.text).toContain(SECRET);
      expect((await call('GET', '/scanners')).text).toContain(`${SECRET} gate`);
      const replay = await call('POST', '/shipments', order, { 'idempotency-key': key });
      expect([replay.status, replay.body['id']]).toEqual([201, this.shipmentId]);
      const [found] = await inboundMessagesById(hub.db.pipeline, [inboundMessage]);
      const opened = found && openInboundMessage(found, hub.tracking.sealer);
      expect(Buffer.from(opened?.body ?? []).toString('utf8')).toContain(SECRET);
      await reactions.check();
    },
  };
}

/** A rejected row of a dropped file. */
async function leaveRejectedRow(): Promise<void> {
  const id = crypto.randomUUID();
  await hub.db.pipeline.query(
    `insert into drops (id, merchant_id, mode, place, name, version, size_bytes, state, due_at, last_seen_at)
     values ($1, $2, $3, 'folder', $4, '1', 1, 'reading', now(), now())`,
    [id, tenant.merchantId, tenant.mode, `scans-${index}.csv`],
  );
  await addRejects(
    hub.db.pipeline,
    hub.tracking.sealer,
    { id, tenant },
    { id: crypto.randomUUID(), firstRow: 1, rows: [{ line: 2, reason: 'no', fields: [SECRET] }] },
  );
}

/** A shop with an order. */
async function leaveOrder(): Promise<void> {
  const url = `https://shop.example/hooks/${index}`;
  const shop = await call('POST', '/shops', { platform: 'generic', url });
  expect([shop.status, shop.text]).toEqual([201, expect.any(String)]);
  const { sealed, dataKey } = hub.tracking.sealer.seal(Buffer.from(SECRET));
  await hub.db.pipeline.query(
    `insert into shop_orders (shop_id, order_id, merchant_id, mode, state, content, data_key, changed_at)
     values ($1, 'A-1', $2, $3, 'open', $4, $5, now())`,
    [shop.body['id'], tenant.merchantId, tenant.mode, sealed, dataKey],
  );
}

/** A courier with a phone that is pushed to, a parcel with notes, an event that was refused, and proof of a delivery. */
async function leaveCourierSecrets(): Promise<void> {
  const driver = await newDriver(hub, call, `${SECRET} courier ${index}`);
  const made = await call('POST', '/shipments', { carrier: 'fleet', order_id: `own-${index}` });
  const shipmentId = String(made.body['id']);
  const route = { parcels: [{ shipment_id: shipmentId, notes: SECRET }] };
  expect((await call('PUT', `/couriers/${driver.id}/route`, route)).status).toBe(200);
  const at = new Date(hub.clock.nowMs()).toISOString();
  const scan = { type: 'scan', tracking_number: made.body['tracking_number'], code: 'DELIVERED' };
  const events = [{ ...scan, id: 'not mine', at, note: SECRET }];
  expect((await driver.call('POST', '/driver/events', events)).status).toBe(200);
  const keys = { p256dh: Buffer.alloc(65, 4).toString('base64url'), auth: 'A'.repeat(22) };
  const subscription = { endpoint: `https://127.0.0.1/${SECRET.replaceAll(/\W/g, '')}`, keys };
  expect((await driver.call('POST', '/driver/push', { subscription })).status).toBe(204);
  const form = new FormData();
  form.append('received_by', SECRET);
  form.append('id', `proof-${index}`);
  const proof = await fetch(`${hub.url}/v1/shipments/${shipmentId}/proof`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: form,
  });
  expect(await proof.text()).toContain('"kinds":["name"]');
  await hub.db.pipeline.query(
    `insert into shipment_places (shipment_id, merchant_id, mode, place, precision)
     values ($1, $2, $3, $4, 'rooftop')`,
    [
      ...[shipmentId, tenant.merchantId, tenant.mode],
      sealPlace(live.keyring, shipmentId, { lat: 1, lng: 1, precision: 'rooftop' }),
    ],
  );
  const { dataKey } = createEnvelopeSealer(live.keyring).seal(Buffer.from(SECRET));
  await hub.db.pipeline.query(
    `with file as (
       insert into archive_files (key, made_at, parcels, size_bytes)
       values ($1::uuid::text, now(), 1, 1) returning key)
     insert into archived_parcels (id, shipment_id, merchant_id, mode, carrier, number_hash,
       sequence, file, data_key)
     select $1::uuid, $1::uuid, $2::uuid, $3::text, 'acme', '#', 1, key, $4 from file`,
    [shipmentId, tenant.merchantId, tenant.mode, dataKey],
  );
  const trail = createEnvelopeSealer(live.keyring).seal(Buffer.from(SECRET));
  await hub.db.pipeline.query(
    `with file as (
       insert into archive_files (key, made_at, parcels, trails, size_bytes)
       values ('trails/' || $1, now(), 0, 1, 1) returning key)
     insert into archived_trails (id, courier_id, merchant_id, mode, day, file, data_key)
     select $1::uuid, c.id, c.merchant_id, c.mode, '2026-03-10', key, $2
     from file, (select * from couriers limit 1) c`,
    [shipmentId, trail.dataKey],
  );
  const place = { lat: 1, lng: 1 };
  const wanted = { origin: place, destination: place, package_size: 'small', phone: '+49151' };
  expect((await call('POST', '/deliveries', { ...wanted, notes: SECRET })).status).toBe(201);
}

/** An endpoint, a channel, a subscriber, and a case with all its parts. */
async function leaveReactionsSecrets(shipmentId: string, number: string) {
  const done = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const answer = await call('POST', path, body, headers);
    expect([path, answer.status]).toEqual([
      path,
      answer.status < 300 ? answer.status : answer.text,
    ]);
    return String(answer.body['id']);
  };
  const endpoint = await done('/webhook-endpoints', { url: `https://shop.example/${SECRET}` });
  await done('/notification-channels', {
    provider: 'http',
    label: `Channel ${index}`,
    config: { signing_secret: `whsec_${Buffer.from(SECRET.repeat(2)).toString('base64')}` },
  });
  await done('/notifications/subscribe', {
    tracking_number: number,
    channel: 'email',
    address: `reader-${index}@example.com`,
    milestones: ['delivered'],
  });
  for (const status of ['picked_up', 'out_for_delivery', 'delivery_attempted']) {
    await done(`/shipments/${shipmentId}/status`, { status, note: SECRET });
  }
  await writeByHand(shipmentId);
  const exception = await done('/exceptions', { shipment_id: shipmentId, kind: 'damaged' });
  await done(`/exceptions/${exception}/notes`, { text: SECRET });
  await done(`/exceptions/${exception}/reschedule`, { date: '2026-03-12', window: 'evening' });
  const pdf = { 'content-type': 'application/pdf' };
  const document = await done(
    `/exceptions/${exception}/evidence`,
    `%PDF-1.4 ${SECRET} ${index}`,
    pdf,
  );
  await done('/claims', {
    exception_id: exception,
    reason: 'damaged',
    amount: { minor: 1, currency: 'EUR' },
    description: SECRET,
  });
  return {
    async check() {
      const about = async (path: string) => (await call('GET', path)).text;
      expect(await about(`/webhook-endpoints/${endpoint}`)).toContain(SECRET);
      expect(await about(`/exceptions/${exception}`)).toContain(SECRET);
      expect(await about(`/exceptions/${exception}/evidence/${document}`)).toContain(SECRET);
    },
  };
}

/** A message to the recipient, and a note for colleagues. */
async function writeByHand(shipmentId: string): Promise<void> {
  const { db, tracking, clock, keyring } = hub;
  const notifications = createNotifications({
    db,
    tracking,
    clock,
    keyring,
    randomBytes: systemRandom,
    log: createLog({ level: 'silent' }),
    installationRules: ruleSet.parse({ rules: [] }),
  });
  const shipment = await findShipment(tracking, tenant, shipmentId);
  const message = { messageId: uuidV7(clock.nowMs(), systemRandom(10)), subject: 'Yours' };
  const shipments = shipment === null ? [] : [shipment];
  expect(await notifications.write(tenant, { ...message, shipments, text: SECRET })).toBe(1);
  const note = { text: SECRET, author: SECRET };
  expect(await writeShipmentNote(tracking, tenant, shipmentId, note)).toBe('written');
}

describe('waybill keys rotate', () => {
  it('seals everything under a new key while the hub runs, which notices by itself', async () => {
    const before = live.keyring.active.id;
    const name = await installationName(hub.db.pipeline);
    const secrets = [await leaveSecrets(), await leaveSecrets()];
    for (const column of SEALED_COLUMNS) {
      const rows = await rowsByKey(hub.db.pipeline, column);
      expect([column.table, column.column, ...rows.keys()]).toEqual([
        ...[column.table, column.column],
        before,
      ]);
    }
    const mode = statSync(masterKeyFile(data)).mode;
    expect(await rotate()).toBe(0);
    expect(faults.splice(0)).toEqual([
      'Processes that read another key file need its new content at once.',
    ]);
    const said = output();
    expect(said).toMatch(/inbound_messages\.data_key: .* sealed again/);
    const progress = [...said.matchAll(/: (\d+) of about (\d+) checked/g)];
    expect(progress.length).toBeGreaterThan(5);
    for (const [line, read, most] of progress) {
      expect([line, Number(read) > 0 && Number(read) <= Number(most)]).toEqual([line, true]);
    }
    expect(statSync(masterKeyFile(data)).mode).toBe(mode);
    const { active, left, keys } = await status();
    expect([active !== before, left]).toEqual([true, 0]);
    expect(keys).toMatchObject([
      { id: active, state: 'seals' },
      { id: before, state: 'opens', rows: 0, byColumn: {} },
    ]);
    // The hub has not reloaded the file yet; it meets rows under an unknown key.
    expect(live.keyring.active.id).toBe(before);
    for (const each of secrets) await each.check();
    expect(live.keyring.active.id).toBe(active);
    expect(await installationName(hub.db.pipeline)).toBe(name);
    // Without the old key, everything opens.
    expect(await keysForget(env, before, write, writeError)).toBe(0);
    const alone = loadKeyring({ text: null, file: null, data });
    expect([...alone.keys.keys()]).toEqual([active]);
    await assertKeyFits(hub.db.pipeline, alone);
    const sealer = createEnvelopeSealer(alone);
    for (const { inboundMessage } of secrets) {
      const [row] = await inboundMessagesById(hub.db.pipeline, [inboundMessage]);
      const opened = row && openInboundMessage(row, sealer);
      expect(Buffer.from(opened?.body ?? []).toString('utf8')).toContain(SECRET);
    }
    output();
  });

  it('continues where it was stopped, and creates no further key for that', async () => {
    const secrets = await leaveSecrets();
    const killed = rotate(async () => {
      throw new Error('killed');
    });
    expect(await killed).not.toBe(0);
    output();
    // Some of it was done before the end.
    for (const column of SEALED_COLUMNS.slice(0, 3)) {
      const keyring = loadKeyring({ text: null, file: null, data });
      await resealBatch(hub.db.pipeline, column, keyring, { after: null, limit: 2 });
    }
    const half = await status();
    expect(half.left).toBeGreaterThan(0);
    output();
    expect(await rotate()).toBe(0);
    const whole = await status();
    expect([whole.left, whole.active, whole.keys.length]).toEqual([
      ...[0, half.active, half.keys.length],
    ]);
    await secrets.check();
    faults.splice(0);
    output();
  });

  it('skips a locked row, processes it when it is free, and waits for nobody', async () => {
    const { inboundMessage } = await leaveSecrets();
    const holder = await hub.db.pipeline.connect();
    await holder.query('begin');
    await holder.query('select 1 from inbound_messages where id = $1 for update', [inboundMessage]);
    const ended = await rotate(async () => {
      // It is let go once everything else is done.
      const { rows } = await hub.db.owner.query(
        `select count(*)::int as n from inbound_messages
         where encode(substring(data_key from 2 for 4), 'hex') <> $1`,
        [loadKeyring({ text: null, file: null, data }).active.id],
      );
      if (rows[0].n === 1) await holder.query('commit');
    });
    expect(ended).toBe(0);
    await holder.query('rollback');
    holder.release();
    expect((await status()).left).toBe(0);
    faults.splice(0);
    output();
  });

  it('names rows under a missing key, and changes nothing then', async () => {
    const file = masterKeyFile(data);
    const text = readFileSync(file, 'utf8');
    await leaveSecrets();
    const stranger = createKeyring([Buffer.alloc(32, 9)], (n) => new Uint8Array(n));
    writeFileSync(file, `${Buffer.alloc(32, 9).toString('base64')}\n`);
    expect(await rotate()).toBe(1);
    expect(faults.splice(0).join('\n')).toContain('MISSING');
    expect(await keysStatus(env, { json: false }, write)).toBe(1);
    expect(output()).toContain(`${stranger.active.id}  seals`);
    // The running hub keeps its keys.
    live.keyring.reload?.();
    expect(live.keyring.keys.has(stranger.active.id)).toBe(false);
    expect(problems.join('\n')).toContain('no longer contains the current key');
    writeFileSync(file, text);
  });

  it('refuses to forget a key that is needed, and says what to set in an environment', async () => {
    const [active = ''] = loadKeyring({ text: null, file: null, data }).keys.keys();
    expect(await keysForget(env, active, write, writeError)).toBe(1);
    expect(await keysForget(env, '00000000', write, writeError)).toBe(1);
    expect(faults.splice(0)).toHaveLength(2);
    const text = readFileSync(masterKeyFile(data), 'utf8').trim();
    const withKey = { ...env, WAYBILL_MASTER_KEY: text };
    // Values that the hub sealed under the older key meanwhile come first.
    await keysRotate(withKey, { json: true, wait: async () => {} }, write, writeError);
    expect(await keysRotate(withKey, { json: true, wait: async () => {} }, write, writeError)).toBe(
      0,
    );
    const result = JSON.parse(lines.at(-1) ?? '{}');
    expect(Buffer.from(result.new_key ?? '', 'base64')).toHaveLength(32);
    output();
    const both = { ...env, WAYBILL_MASTER_KEY: `${result.new_key},${text}` };
    expect(await keysRotate(both, { json: true, wait: async () => {} }, write, writeError)).toBe(0);
    expect(JSON.parse(lines.at(-1) ?? '{}')).toMatchObject({ left: 0 });
    expect(lines.concat(faults).join('\n')).not.toContain(text.split(',')[0]);
  });
});
