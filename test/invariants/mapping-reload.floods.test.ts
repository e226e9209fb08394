import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createInbox, type Inbox } from '../../src/intake/index.ts';
import type { Tenant } from '../../src/kernel/tenant.ts';
import { bootstrap } from '../../src/merchants/index.ts';
import { openMappingFiles } from '../../src/normalization/index.ts';
import { systemClock, systemRandom } from '../../src/platform/clock.ts';
import { type Database, openDatabase } from '../../src/platform/database/database.ts';
import { openListener } from '../../src/platform/database/listen.ts';
import { createLog } from '../../src/platform/observability/log.ts';
import { createMetrics } from '../../src/platform/observability/metrics.ts';
import {
  createEnvelopeSealer,
  createKeyring,
  KEY_BYTES,
} from '../../src/platform/sealing/sealing.ts';
import { createTestDatabase, type TestDatabase } from '../../src/platform/test-postgres.ts';
import { shortVersion } from '../../src/tracking/facts/short-forms.ts';
import { type ActiveMappings, openActiveMappings } from '../../src/tracking/ports/mappings.ts';
import { createPipelineMetrics, startInboxWorker } from '../../src/tracking/ports/running.ts';
import {
  createTracking,
  registerShipment,
  type TrackingDeps,
} from '../../src/tracking/ports/shipments.ts';
import { acmeRegistry, body } from '../../src/tracking/test-acme.ts';
import { ALL_OBSERVATIONS } from '../../src/tracking/test-observations.ts';

/**
 * Two instances of the hub on one database, both processing inbound messages, while the mapping is
 * edited, reverted, broken and rolled back under them: no fact is lost, each message is read with
 * one table wherever its parcels are, every edit is activated once, and both agree.
 */
const PARCELS = 48;
const PARCELS_A_INBOUND_MESSAGE = 4;
const FACTS_A_PARCEL = 3;
const INBOUND_MESSAGES_AT_ONCE = 8;
const AGREED_MS_MAX = 60_000;

const log = createLog({ level: 'silent' });
const number = (n: number) => `ACME${n % PARCELS}`;

interface Instance {
  readonly db: Database;
  readonly inbox: Inbox;
  readonly tracking: TrackingDeps;
  readonly mappings: ActiveMappings;
  drained(): Promise<void>;
  close(): Promise<void>;
}

let database: TestDatabase;
let root: string;
let file: string;
let instances: readonly Instance[];

beforeAll(async () => {
  database = await createTestDatabase();
  root = await mkdtemp(join(tmpdir(), 'mapping-reload-'));
  await mkdir(join(root, 'mappings'));
  file = join(root, 'mappings', 'acme.yaml');
  await writeFile(file, yaml('picked_up'));
  instances = await Promise.all([startInstance(), startInstance()]);
  const tenant = await tenantOf(one());
  for (let n = 0; n < PARCELS; n += 1) await register(one(), tenant, number(n));
});

afterAll(async () => {
  for (const each of instances ?? []) await each.close();
  await database?.drop();
  await rm(root, { recursive: true, force: true });
});

function one(): Instance {
  const [first] = instances;
  if (first === undefined) throw new Error('no instance');
  return first;
}

function yaml(status: string): string {
  return (
    `carrier: acme\nrules:\n  - { match: { event: HUB }, status: ${status} }\n` +
    `tests:\n  - { given: { event: HUB }, then: { status: ${status} } }\n`
  );
}

async function startInstance(): Promise<Instance> {
  const db = openDatabase({ url: database.url });
  const listener = openListener({ url: database.url });
  const carriers = acmeRegistry.list().map(({ manifest }) => manifest);
  const files = await openMappingFiles({ folder: join(root, 'mappings'), carriers });
  const clock = systemClock;
  const mappings = await openActiveMappings({ db, files, carriers, listener, clock, log });
  const keyring = createKeyring([Buffer.alloc(KEY_BYTES, 7)], systemRandom);
  const sealer = createEnvelopeSealer(keyring);
  const tracking = createTracking({
    db,
    sealer,
    clock,
    randomBytes: systemRandom,
    adapter: (carrier) => acmeRegistry.get(carrier) ?? null,
    mapping: (carrier) => mappings.current(carrier),
    forMerchant: (base, merchantId) => mappings.forMerchant(base, merchantId),
    describe: ({ status }) => status,
  });
  const metrics = createPipelineMetrics(createMetrics({ processMetrics: false }));
  const worker = startInboxWorker({ pipeline: { ...tracking, log, metrics } });
  return {
    db,
    tracking,
    mappings,
    inbox: createInbox({ db, sealer, clock, randomBytes: systemRandom }),
    drained: () => worker.idle(),
    async close() {
      await worker.stop();
      await mappings.close();
      files.close();
      await listener.close();
      await db.end();
    },
  };
}

async function tenantOf({ db }: Instance): Promise<Tenant> {
  const made = await bootstrap({ db, clock: systemClock, randomBytes: systemRandom }, null);
  return { merchantId: made.merchantId, mode: 'test' };
}

async function register({ tracking }: Instance, tenant: Tenant, trackingNumber: string) {
  await registerShipment(tracking, tenant, { carrier: 'acme', trackingNumber });
}

/** The n-th inbound message: some parcels of several shards, with new scans. */
function inboundMessageOf(n: number): Uint8Array {
  return body(
    ...Array.from({ length: PARCELS_A_INBOUND_MESSAGE }, (_, i) => ({
      number: number(n * PARCELS_A_INBOUND_MESSAGE + i),
      events: Array.from({ length: FACTS_A_PARCEL }, (__, k) => ({
        code: 'HUB',
        at: new Date(Date.UTC(2020, 0, 1) + (n * FACTS_A_PARCEL + k) * 60_000).toISOString(),
      })),
    })),
  );
}

/** Stores inbound messages through both instances until stopped; returns how many it stored. */
function startLoad(): { stop(): Promise<number> } {
  let stopping = false;
  let stored = 0;
  const sender = async (): Promise<void> => {
    while (!stopping) {
      const n = stored;
      stored += 1;
      const { inbox } = instances[n % instances.length] ?? one();
      await inbox.store({
        carrier: 'acme',
        source: 'webhook',
        owner: null,
        trust: 'signed',
        headers: {},
        body: inboundMessageOf(n),
      });
    }
  };
  const senders = Promise.all(Array.from({ length: INBOUND_MESSAGES_AT_ONCE }, sender));
  return {
    async stop() {
      stopping = true;
      await senders;
      return stored;
    },
  };
}

/** Resolves with the version when both instances read HUB this way. */
async function agreedOn(status: string): Promise<string> {
  return vi.waitFor(
    () => {
      const tables = instances.map(({ mappings }) => mappings.current('acme'));
      expect(tables.map((table) => table?.rules[0]?.status)).toEqual(tables.map(() => status));
      return tables[0]?.version ?? '';
    },
    { timeout: AGREED_MS_MAX, interval: 20 },
  );
}

async function edit(status: string): Promise<string> {
  await writeFile(file, yaml(status));
  const version = await agreedOn(status);
  await readBy(version);
  return version;
}

/** Resolves once a version has read a fact: the next comes while this one is in use. */
async function readBy(version: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const { rows } = await one().db.pipeline.query(
        'select 1 from facts where mapping_version = left($1, 16) limit 1',
        [version],
      );
      expect(rows).toHaveLength(1);
    },
    { timeout: AGREED_MS_MAX, interval: 20 },
  );
}

/** Writes a broken mapping, and waits until both have noticed it. */
async function breakFile(text: string): Promise<void> {
  await writeFile(file, text);
  await vi.waitFor(
    () => {
      for (const { mappings } of instances) {
        expect(mappings.problems().some(({ severity }) => severity === 'error')).toBe(true);
      }
    },
    { timeout: AGREED_MS_MAX, interval: 20 },
  );
}

async function chaos(): Promise<string[]> {
  const versions = [await edit('picked_up')];
  for (const status of ['in_transit', 'at_facility', 'in_transit', 'exception']) {
    versions.push(await edit(status));
  }
  await breakFile(
    yaml('delivered').replace('then: { status: delivered }', 'then: { status: none }'),
  );
  await breakFile(yaml('delivered').slice(0, -30));
  versions.push(await edit('out_for_delivery'));
  await instances[1]?.mappings.rollback('acme', { by: 'an operator', why: 'a test' });
  versions.push(await agreedOn('exception'));
  versions.push(await edit('available_for_pickup'));
  versions.push(await edit('picked_up'));
  return versions;
}

describe('a mapping that changes under load, with two processes', () => {
  it('loses no fact, reads each message with one table, and is activated once for both', async () => {
    const load = startLoad();
    const versions = await chaos();
    const inboundMessages = await load.stop();
    for (const { drained } of instances) await drained();

    const { rows } = await one().db.pipeline.query<{
      facts: number;
      unprocessed: number;
      mixed: number;
    }>(
      `select (select count(*)::int from facts where source = 'carrier') as facts,
              (select count(*)::int from inbound_messages where fate = 'dead')
                + (select count(*)::int from waiting_inbound_messages) as unprocessed,
              (select count(*)::int from (
                 select s.inbound_message_id from ${ALL_OBSERVATIONS} s
                 join facts f using (shipment_id, identity) where f.source = 'carrier'
                 group by s.inbound_message_id having count(distinct f.mapping_version) > 1) m) as mixed`,
    );
    const facts = inboundMessages * PARCELS_A_INBOUND_MESSAGE * FACTS_A_PARCEL;
    expect(rows[0]).toEqual({ facts, unprocessed: 0, mixed: 0 });

    const read = await one().db.pipeline.query<{ version: string }>(
      `select distinct mapping_version as version from facts where source = 'carrier'`,
    );
    expect(new Set(read.rows.map(({ version }) => version))).toEqual(
      new Set([...versions].map(shortVersion)),
    );

    const switches = await one().db.pipeline.query<{ version: string }>(
      'select version from mapping_activations order by generation',
    );
    expect(switches.rows.map(({ version }) => version)).toEqual(versions);
    process.stdout.write(`${facts} facts, ${versions.length} switches, each once\n`);
  });

  it('switches, when all want another, to the one that the first of them wanted', async () => {
    const [before] = instances.map(({ mappings }) => mappings.active('acme'));
    const targets = (await one().mappings.versions('acme', 10))
      .map(({ version }) => version)
      .filter((version) => version !== before?.version);
    const outcomes = await Promise.all(
      targets.map((version, index) =>
        (instances[index % instances.length] ?? one()).mappings.activate('acme', version, {
          expectedGeneration: before?.generation ?? 0,
          by: 'an operator',
          why: 'a test',
        }),
      ),
    );
    const won = outcomes.flatMap((each) => (each.outcome === 'activated' ? [each.active] : []));
    expect(outcomes.length).toBeGreaterThan(3);
    expect(won.map(({ generation }) => generation)).toEqual([(before?.generation ?? 0) + 1]);
    for (const { mappings } of instances) {
      await mappings.refresh();
      expect(mappings.active('acme')?.version).toBe(won[0]?.version);
    }
  });
});
