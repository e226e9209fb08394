import { appendFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchHub } from '../../src/app/start-testing.ts';
import { unpackContent } from '../../src/intake/pack-content.ts';
import { systemRandom } from '../../src/platform/clock.ts';
import { readBody } from '../../src/platform/net/read-body.ts';
import { urlOfRunningServer } from '../../src/platform/postgres/embedded-postgres.ts';
import { loadKeyring } from '../../src/platform/sealing/master-key.ts';
import { createEnvelopeSealer, type EnvelopeSealer } from '../../src/platform/sealing/sealing.ts';
import { PUSH_SECRET, parcelNumber, pushHeaders } from '../support/fedex-push.ts';
import {
  HUB_TEST_KEY,
  newDataFolder,
  postmasterPid,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { tracesInFiles, tracesInTables } from '../support/parcels/traces.ts';

/**
 * Invariant: a recipient's name and address are in clear text nowhere but in the mailbox folder,
 * and after the parcel is deleted not there either; no table then contains the merchant's and
 * carrier's references to it or the towns it passed; and nobody can open its inbound messages,
 * even with the master key. On a whole hub, through its own endpoints.
 */
const RECIPIENT = {
  name: 'Quillomar Vexwright',
  street: '17 Zyphergate Mews',
  town: 'Oxbarrowby',
  mail: 'quillomar.vexwright@mailmarker.example',
  phone: '+14105550987',
  note: 'beware of the dog Grumblewick',
  carrierName: 'Q VEXWRIGHTSON',
  carrierStreet: '17 ZYPHERGATE REAR',
} as const;
const PARCEL = {
  orderId: 'order-Wobblethorpe-77',
  metadata: 'basket-Snickerfrost',
  tag: 'tag-Murkleberry',
  scannedTown: 'PLOVERDALE',
  lastTown: 'TRUNDLEMERE',
} as const;
/** As the search index compares them, and prefixes of these. */
const NORMALIZED = ['quillomar', 'vexwright', 'quillo', 'vexwri', 'mailmar'] as const;
const OF_RECIPIENT = [...Object.values(RECIPIENT), ...NORMALIZED];
const OF_PARCEL = Object.values(PARCEL);
const NUMBER = parcelNumber(1);
const SIBLING = parcelNumber(2);
const SOON_MS = 60_000;

interface Hub {
  readonly url: URL;
  readonly output: () => string;
  stop(): Promise<void>;
}

let data: string;
let hub: Hub;
let db: pg.Client;
let sealer: EnvelopeSealer;
let echo: Server;
const received: { readonly type: string; readonly data: Record<string, unknown> }[] = [];

beforeAll(async () => {
  data = newDataFolder();
  // First start creates the cluster that contains the server's settings: uncompressed WAL.
  await (await startHub(data)).stop();
  appendFileSync(path.join(data, 'postgres', 'local.conf'), 'wal_compression = off\n');
  hub = await startLoudHub();
  db = new pg.Client(urlOfRunningServer(data) ?? '');
  await db.connect();
  sealer = createEnvelopeSealer(
    loadKeyring({ text: null, file: null, data: path.join(data) }, systemRandom),
  );
});

afterAll(async () => {
  await db?.end();
  await hub?.stop();
  echo?.close();
  removeDataFolder(data);
});

/** Logs at the most verbose level. */
async function startLoudHub(): Promise<Hub> {
  const { child, ready, ended } = launchHub(data, {
    env: {
      LOG_LEVEL: 'trace',
      WAYBILL_BOOTSTRAP_KEY: HUB_TEST_KEY,
      WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
      WAYBILL_EGRESS_ALLOW: '127.0.0.0/8',
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text: string) => {
      output += text;
    });
  }
  const { url } = await ready;
  return {
    url: new URL(url),
    output: () => output,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function call(method: string, path: string, body?: unknown, key?: string) {
  const response = await fetch(new URL(`/v1${path}`, hub.url), {
    method,
    headers: {
      authorization: `Bearer ${HUB_TEST_KEY}`,
      'content-type': 'application/json',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
}

/** A merchant's system that echoes what it was sent, with a note about it. */
async function openEcho(): Promise<string> {
  echo = createServer((request, response) => {
    void readBody(request, 100_000).then((read) => {
      const body = read.kind === 'body' ? read.bytes.toString('utf8') : '';
      received.push(JSON.parse(body));
      response.writeHead(200).end(body);
    });
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  const address = echo.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}/hook`;
}

interface ScanOf {
  readonly event: string;
  readonly minute: string;
  readonly town: string;
}

/** A FedEx push with personal data; several parcels in one push. */
async function push(parcels: Readonly<Record<string, readonly ScanOf[]>>): Promise<void> {
  const body = JSON.stringify({
    output: {
      completeTrackResults: Object.entries(parcels).map(([number, scans]) => ({
        trackingNumber: number,
        trackResults: [
          {
            trackingNumberInfo: { trackingNumber: number, carrierCode: 'FDXG' },
            recipientInformation: {
              contact: { personName: RECIPIENT.carrierName },
              address: { streetLines: [RECIPIENT.carrierStreet], city: PARCEL.lastTown },
            },
            scanEvents: scans.map(({ event, minute, town }) => ({
              date: `${minute}:00-05:00`,
              eventType: event,
              scanLocation: { city: town, stateOrProvinceCode: 'TN', countryCode: 'US' },
            })),
          },
        ],
      })),
    },
  });
  const url = new URL('/webhooks/carrier/fedex', hub.url);
  const { status } = await fetch(url, { method: 'POST', body, headers: pushHeaders(body) });
  expect(status).toBe(200);
}

const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

/** The search index's rows of a parcel. */
async function indexed(id: string): Promise<number> {
  const text = 'select from shipment_people where shipment_id = $1';
  return (await db.query(text, [id])).rowCount ?? 0;
}

/** Bodies of all inbound messages that can be opened, oldest first. */
async function openInboundMessages(): Promise<string[]> {
  const { rows } = await db.query<{ carrier: string; content: Buffer; data_key: Buffer | null }>(
    `select carrier, content, data_key from inbound_messages where source = 'webhook' order by id`,
  );
  return rows.flatMap(({ carrier, content, data_key: dataKey }) => {
    if (dataKey === null) return [];
    const { body } = unpackContent(carrier, sealer.open(content, dataKey));
    return [Buffer.from(body).toString('utf8')];
  });
}

async function soon<T>(what: string, read: () => Promise<T | null> | T | null): Promise<T> {
  const untilMs = performance.now() + SOON_MS;
  for (;;) {
    const found = await read();
    if (found !== null && found !== false) return found;
    if (performance.now() > untilMs) throw new Error(`${what} did not happen`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const nobody: readonly string[] = [];
const mailbox = () => path.join(data, 'mailbox');
/** The data folder without the database's files and the mailbox. */
const elsewhere = (words: readonly string[]) => tracesInFiles(data, words, ['postgres', 'mailbox']);
const inWal = (words: readonly string[]) =>
  tracesInFiles(path.join(data, 'postgres/cluster/pg_wal'), words);

function register(number: string, more: Record<string, unknown>, key?: string) {
  return call('POST', '/shipments', { carrier: 'fedex', tracking_number: number, ...more }, key);
}

it('leaves nothing readable of a deleted parcel and its recipient', async () => {
  expect(postmasterPid(data)).not.toBeNull();
  const endpoint = await call('POST', '/webhook-endpoints', { url: await openEcho() });
  expect(endpoint.status).toBe(201);
  const deliveries = `/webhook-endpoints/${endpoint.body.id}/deliveries`;
  const of = {
    order_id: PARCEL.orderId,
    metadata: { basket: PARCEL.metadata },
    tags: [PARCEL.tag],
    recipient: {
      name: RECIPIENT.name,
      email: RECIPIENT.mail,
      phone: RECIPIENT.phone,
      locale: 'en',
    },
    destination: {
      line1: RECIPIENT.street,
      city: RECIPIENT.town,
      region: 'TN',
      postal_code: '38118',
      country: 'US',
    },
  };
  const made = await register(NUMBER, of, PARCEL.orderId);
  const id = String(made.body.id);
  const { body: sibling } = await register(SIBLING, { order_id: 'another' });
  await call('PATCH', `/shipments/${id}`, { tags: [PARCEL.tag, 'more'] }, 'patch-1');

  // Two of its own, and one shared with a parcel that stays.
  const first = { event: 'PU', minute: `${day}T08:00`, town: PARCEL.scannedTown };
  await push({ [NUMBER]: [first] });
  const second = { event: 'OD', minute: `${day}T09:00`, town: PARCEL.lastTown };
  await push({ [NUMBER]: [second], [SIBLING]: [{ ...second, town: 'MEMPHIS' }] });
  await soon('out for delivery', async () => {
    const { body } = await call('GET', `/shipments/${id}`);
    return body.status === 'out_for_delivery' ? body : null;
  });
  const third = { event: 'SE', minute: `${day}T10:00`, town: PARCEL.lastTown };
  await push({ [NUMBER]: [third] });
  const open = await soon('a case', async () => {
    const { body } = await call('GET', `/exceptions?shipment_id=${id}`);
    return body.data?.[0] ?? null;
  });
  await call('POST', `/exceptions/${open.id}/notes`, { text: RECIPIENT.note }, 'note-1');
  await call('POST', `/shipments/${id}/status`, { status: 'in_transit', note: RECIPIENT.note });
  await soon('a message', () => tracesInFiles(mailbox(), [RECIPIENT.mail])[0] ?? null);
  await soon('events at the endpoint', () => (received.length >= 6 ? received : null));

  // The recipient is found by prefixes.
  for (const q of ['quillo', 'vexwright quil', 'quillomar.vexwright@mail']) {
    const found = await call('GET', `/shipments?q=${encodeURIComponent(q)}`);
    expect(found.body.data.map((each: { id: string }) => each.id)).toEqual([id]);
  }
  expect(await indexed(id)).toBe(1);

  // The marks are found where they may be, so that a search proves something.
  expect(await tracesInTables(db, OF_RECIPIENT)).toEqual(nobody);
  expect([...inWal(OF_RECIPIENT), ...elsewhere(OF_RECIPIENT)]).toEqual(nobody);
  expect(OF_RECIPIENT.filter((word) => hub.output().includes(word))).toEqual(nobody);
  const before = await tracesInTables(db, OF_PARCEL);
  for (const word of OF_PARCEL) expect(before.join('\n')).toContain(word);
  expect((await openInboundMessages()).join('\n')).toContain(RECIPIENT.carrierStreet);

  expect((await call('DELETE', `/shipments/${id}`)).status).toBe(204);
  expect(await indexed(id)).toBe(0);
  await soon('its end at the endpoint', () =>
    received.some(({ type }) => type === 'shipment.deleted') ? true : null,
  );
  const all = [...OF_PARCEL, ...OF_RECIPIENT];
  await soon('silence of the tables', async () =>
    (await tracesInTables(db, all)).length === 0 ? true : null,
  ).catch(() => {});
  expect(await tracesInTables(db, all)).toEqual(nobody);
  await soon('an empty mailbox', () => (tracesInFiles(mailbox(), all).length === 0 ? true : null));
  expect([...inWal(OF_RECIPIENT), ...elsewhere(all)]).toEqual(nobody);
  expect(all.filter((word) => hub.output().includes(word))).toEqual(nobody);

  // A message shared by two parcels stays until the other is deleted, too.
  const left = await openInboundMessages();
  expect(left).toHaveLength(1);
  expect(left[0]).toContain(SIBLING);
  expect((await call('GET', `/shipments/${sibling.id}`)).body.status).toBe('out_for_delivery');

  // Late carrier messages are not stored for a deleted parcel.
  await push({ [NUMBER]: [{ ...third, event: 'DL', minute: `${day}T11:00` }] });
  await soon('the late push', async () => {
    const { rows } = await db.query('select from waiting_inbound_messages');
    return rows.length === 0 ? true : null;
  });
  expect(await openInboundMessages()).toEqual(left);
  expect((await call('DELETE', `/shipments/${sibling.id}`)).status).toBe(204);
  expect(await openInboundMessages()).toEqual(nobody);

  // Feed, webhooks and repeated requests show that it existed, and no more.
  const feed = await call('GET', '/events?limit=500');
  const about = feed.body.data.filter((event: { data: { id: string } }) => event.data.id === id);
  expect(about.length).toBeGreaterThan(4);
  for (const [index, event] of about.entries()) {
    expect(event).toMatchObject({ sequence: index + 1, previous_attributes: {} });
    expect(event.data).toEqual({ id, deleted: true });
  }
  expect(about.at(-1).type).toBe('shipment.deleted');
  const { body: sent } = await call('GET', `${deliveries}?shipment_id=${id}&limit=100`);
  const [last, ...older] = sent.data;
  expect(older.length).toBeGreaterThan(4);
  for (const { id: deliveryId } of older) {
    const again = await call('POST', `${deliveries}/${deliveryId}/replay`);
    expect([again.status, again.body.title]).toEqual([410, 'The shipment was deleted']);
    const shown = await call('GET', `${deliveries}/${deliveryId}`);
    expect(JSON.parse(shown.body.body).data).toEqual({ id, deleted: true });
  }
  expect((await call('POST', `${deliveries}/${last.id}/replay`)).status).toBe(202);
  const repeated = await register(NUMBER, of, PARCEL.orderId);
  expect([repeated.status, repeated.body.title]).toEqual([410, 'The shipment was deleted']);
  expect(await tracesInTables(db, OF_PARCEL)).toEqual(nobody);
});
