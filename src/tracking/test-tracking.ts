import { createHash } from 'node:crypto';
import type { Registry } from '../adapters/index.ts';
import { createInbox, type Inbox, type NewInboundMessage } from '../intake/index.ts';
import type { Tenant } from '../kernel/tenant.ts';
import { bootstrap } from '../merchants/index.ts';
import {
  describe as describeReading,
  type MappingFiles,
  type StatusTexts,
} from '../normalization/index.ts';
import { type ManualClock, manualClock, type RandomBytes } from '../platform/clock.ts';
import { type Database, openDatabase } from '../platform/database/database.ts';
import { createLog } from '../platform/observability/log.ts';
import {
  createMetrics,
  type Registry as MetricsRegistry,
} from '../platform/observability/metrics.ts';
import { createEnvelopeSealer, createKeyring, KEY_BYTES } from '../platform/sealing/sealing.ts';
import { createTestDatabase } from '../platform/test-postgres.ts';
import { type NewShipment, registerShipment } from './commands/register.ts';
import { type InboxWorker, startInboxWorker } from './record/inbox-worker.ts';
import type { PipelineDeps } from './record/pipeline.ts';
import { createPipelineMetrics } from './record/pipeline-metrics.ts';
import { createPeopleHashes } from './search/people-hashes.ts';
import type { Shipment } from './shipment.ts';
import { createTracking, type TrackingDeps } from './tracking.ts';

/** Tracking on a real database with a frozen clock, for tests of this stage. */
export interface TestTracking {
  readonly db: Database;
  readonly clock: ManualClock;
  readonly inbox: Inbox;
  readonly worker: InboxWorker;
  readonly deps: TrackingDeps;
  readonly pipeline: PipelineDeps;
  readonly metrics: MetricsRegistry;
  readonly tenant: Tenant;
  /** Stores an inbound message and waits until the pipeline has processed it. */
  receive(
    inboundMessage: Partial<NewInboundMessage> & Pick<NewInboundMessage, 'carrier' | 'body'>,
  ): Promise<string>;
  register(
    shipment: Partial<NewShipment> & Pick<NewShipment, 'carrier' | 'trackingNumber'>,
  ): Promise<{
    created: boolean;
    shipment: Shipment;
  }>;
  close(): Promise<void>;
}

export interface TestTrackingOptions {
  readonly registry: Registry;
  readonly mappings: MappingFiles;
  readonly messages: StatusTexts;
  readonly nowMs?: number;
  /** Merchants' own rules, mappings by version, and facilities; absent: none. */
  readonly own?: Partial<
    Pick<
      TrackingDeps,
      'forMerchant' | 'mappingOf' | 'facilityOf' | 'announcesDatesSeparately' | 'carrierOf'
    >
  >;
}

export async function startTestTracking(options: TestTrackingOptions): Promise<TestTracking> {
  const database = await createTestDatabase();
  const db = openDatabase({ url: database.url });
  const clock = manualClock(options.nowMs ?? Date.parse('2026-03-10T12:00:00Z'));
  const randomBytes = countedBytes();
  const sealer = createEnvelopeSealer(createKeyring([Buffer.alloc(KEY_BYTES, 7)], randomBytes));
  const deps = createTracking({
    db,
    sealer,
    people: createPeopleHashes(Buffer.alloc(KEY_BYTES, 8)),
    adapter: (carrier) => options.registry.get(carrier) ?? null,
    mapping: (carrier) => options.mappings.current(carrier) ?? null,
    ...options.own,
    describe: (reading) => describeReading(options.messages, reading),
    clock,
    randomBytes,
  });
  const metrics = createMetrics({ processMetrics: false });
  const pipeline: PipelineDeps = {
    ...deps,
    log: createLog({ level: 'silent' }),
    metrics: createPipelineMetrics(metrics),
  };
  const inbox = createInbox({ db, sealer, clock, randomBytes });
  const worker = startInboxWorker({ pipeline });
  const { merchantId } = await bootstrap({ db, clock, randomBytes }, null);
  const tenant: Tenant = { merchantId, mode: 'test' };
  return {
    db,
    clock,
    inbox,
    worker,
    deps,
    pipeline,
    metrics,
    tenant,
    async receive(inboundMessage) {
      const id = await inbox.store({
        source: 'webhook',
        owner: null,
        trust: 'signed',
        headers: {},
        ...inboundMessage,
      });
      await worker.idle();
      return id;
    },
    register: (shipment) => registerShipment(deps, tenant, shipment),
    async close() {
      await worker.stop();
      await db.end();
      await database.drop();
    },
  };
}

/** Distinct bytes on every call, the same in every run. */
function countedBytes(): RandomBytes {
  let count = 0;
  return (length) => {
    count += 1;
    const digest = createHash('sha512').update(`test ${count}`).digest();
    return digest.subarray(0, length);
  };
}
