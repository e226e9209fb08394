import { createHash } from 'node:crypto';
import { aShipment } from '../../events/test-events.ts';
import { uuidV7 } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { bootstrap } from '../../merchants/index.ts';
import { type ManualClock, manualClock, type RandomBytes } from '../../platform/clock.ts';
import { type Database, openDatabase } from '../../platform/database/database.ts';
import { appendToLog, withShard } from '../../platform/event-log/event-log.ts';
import type { EgressOutcome, EgressRequest } from '../../platform/net/egress.ts';
import { createLog } from '../../platform/observability/log.ts';
import { createMetrics } from '../../platform/observability/metrics.ts';
import { createKeyring, KEY_BYTES } from '../../platform/sealing/sealing.ts';
import { createTestDatabase } from '../../platform/test-postgres.ts';
import type { FormatWriter } from './deliveries/format.ts';
import type { WebhookDeps } from './deps.ts';
import {
  type MerchantWebhooks,
  type MerchantWebhooksOptions,
  startMerchantWebhooks,
} from './start-merchant-webhooks.ts';

/**
 * The webhook engine on a real database, with a clock that does not move and functions as
 * receivers.
 */
export interface TestWebhooks {
  readonly db: Database;
  /** For a listener of its own: the engine has none, and checks when `idle` is called. */
  readonly databaseUrl: string;
  readonly clock: ManualClock;
  readonly deps: WebhookDeps;
  readonly tenant: Tenant;
  /** All requests, in the order in which they began. */
  readonly requests: TestRequest[];
  /** Defines the answers for a URL; the default is 200. */
  receive(url: string, answer: Receiver): void;
  /** Appends an event about a subject, with its next sequence. */
  happen(event: TestEvent): Promise<string>;
  /** Starts another engine on the same database, like another process. */
  start(
    options?: Partial<Pick<MerchantWebhooksOptions, 'db' | 'post' | 'leaseMs' | 'listener'>>,
  ): MerchantWebhooks;
  /** The engine that runs from the beginning. */
  readonly engine: MerchantWebhooks;
  close(): Promise<void>;
}

export interface TestRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  readonly body: {
    readonly id: string;
    readonly type: string;
    readonly sequence: number;
    readonly previous_sequence: number | null;
    readonly data: Readonly<Record<string, unknown>>;
  };
}

type Receiver = (request: TestRequest) => EgressOutcome | Promise<EgressOutcome>;

export interface TestEvent {
  readonly subject: string;
  readonly type?: string;
  readonly tenant?: Tenant;
  readonly data?: Readonly<Record<string, unknown>>;
}

export function answer(status: number, headers: Record<string, string> = {}): EgressOutcome {
  return { kind: 'answer', status, headers, text: `answer ${status}`, truncated: false };
}

export const TIMED_OUT: EgressOutcome = {
  kind: 'failed',
  reason: 'timeout',
  detail: 'no answer in time',
};

export async function startTestWebhooks(): Promise<TestWebhooks> {
  const database = await createTestDatabase();
  const db = openDatabase({ url: database.url });
  const clock = manualClock(Date.parse('2026-03-10T12:00:00Z'));
  const randomBytes = countedBytes();
  const keyring = createKeyring([Buffer.alloc(KEY_BYTES, 7)], randomBytes);
  const { merchantId } = await bootstrap({ db, clock, randomBytes }, null);
  const requests: TestRequest[] = [];
  const receivers = new Map<string, Receiver>();
  const post = async (sent: EgressRequest): Promise<EgressOutcome> => {
    const bytes = Buffer.from(sent.body);
    const request = {
      url: sent.url,
      headers: sent.headers ?? {},
      bytes,
      body: JSON.parse(bytes.toString('utf8')),
    };
    requests.push(request);
    return (await receivers.get(sent.url)?.(request)) ?? answer(200);
  };
  const deps: WebhookDeps = { db, keyring, clock, randomBytes, post, formats: TEST_FORMATS };
  const engines: MerchantWebhooks[] = [];
  const start: TestWebhooks['start'] = (options = {}) => {
    const engine = startMerchantWebhooks({
      ...deps,
      listener: { on: () => () => {} },
      log: createLog({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' }),
      metrics: createMetrics({ processMetrics: false }),
      ...options,
    });
    engines.push(engine);
    return engine;
  };
  const engine = start();
  // A consumer with an unknown name begins at the newest entry, so it must have begun.
  await engine.idle();
  const sequences = new Map<string, number>();
  return {
    db,
    databaseUrl: database.url,
    clock,
    deps,
    requests,
    start,
    engine,
    tenant: { merchantId, mode: 'test' },
    receive: (url, receiver) => void receivers.set(url, receiver),
    async happen({ subject, type = 'shipment.status_changed', tenant, data = {} }) {
      const sequence = (sequences.get(subject) ?? 0) + 1;
      sequences.set(subject, sequence);
      const nowMs = clock.nowMs();
      const id = uuidV7(nowMs, randomBytes(10));
      const subjectId = subjectNamed(subject);
      const shard = Buffer.from(subjectId.slice(0, 2), 'hex').readUInt8(0) % 64;
      const entry = {
        id,
        subjectId,
        sequence,
        type,
        occurredAtMs: nowMs,
        previousAttributes: {},
        tenant: tenant ?? { merchantId, mode: 'test' as const },
        data: { ...aShipment({ id: subjectId }), ...data },
      };
      await withShard(db.pipeline, shard, (tx) => appendToLog(tx, shard, [entry], nowMs));
      return id;
    },
    async close() {
      for (const each of engines) await each.stop();
      await db.end();
      await database.drop();
    },
  };
}

/** Stands in for the writers of other services' formats. */
function testFormat(name: string): FormatWriter {
  const bodyOf = (value: object) => Buffer.from(JSON.stringify({ [name]: value }), 'utf8');
  return {
    types: new Set(['shipment.status_changed']),
    // Nothing is left to send about a parcel without a number.
    write: async (events) =>
      new Map(
        events
          .filter(({ data }) => data.tracking_number !== '')
          .map(({ id, data }) => [id, bodyOf({ event: id, status: data.status })]),
      ),
    test: (id) => bodyOf({ test: id }),
  };
}

const TEST_FORMATS = {
  easypost: testFormat('easypost'),
  aftership: testFormat('aftership'),
};

/** The id of a subject with a short name. */
export function subjectNamed(name: string): string {
  const hash = createHash('sha256').update(name).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/** Different bytes on every call, the same in every run. */
export function countedBytes(): RandomBytes {
  let count = 0;
  return (length) => {
    count += 1;
    return createHash('sha512').update(`test ${count}`).digest().subarray(0, length);
  };
}
