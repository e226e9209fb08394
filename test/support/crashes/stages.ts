import type { CarrierAdapter } from '../../../src/adapters/contract/contract.ts';
import { createAccounts, createInbox } from '../../../src/intake/index.ts';
import { openLocalBlobs } from '../../../src/platform/blobs.ts';
import { type RandomBytes, systemRandom } from '../../../src/platform/clock.ts';
import type { Database } from '../../../src/platform/database/database.ts';
import { createLog } from '../../../src/platform/observability/log.ts';
import { createMetrics } from '../../../src/platform/observability/metrics.ts';
import { createKeyring, KEY_BYTES } from '../../../src/platform/sealing/sealing.ts';
import { PROJECT_ROOT } from '../../../src/platform/settings/yaml-settings.ts';
import { consumeLog, createPlans } from '../../../src/poller/index.ts';
import { runAccount } from '../../../src/poller/run/run-account.ts';
import { TEST_POLICIES } from '../../../src/poller/test-poller.ts';
import { startCounting } from '../../../src/reactions/analytics/index.ts';
import { readPolicyFile, startExceptions } from '../../../src/reactions/exceptions/index.ts';
import { startFigures } from '../../../src/reactions/figures/figures.ts';
import { startRelay } from '../../../src/reactions/kafka/index.ts';
import { startMerchantWebhooks } from '../../../src/reactions/merchant-webhooks/index.ts';
import {
  createNotifications,
  ruleSet,
  startNotifications,
} from '../../../src/reactions/notifications/index.ts';
import { createPipelineMetrics, startInboxWorker } from '../../../src/tracking/ports/running.ts';
import { createTracking } from '../../../src/tracking/ports/shipments.ts';
import { acmeRegistry, body, type TestReport } from '../../../src/tracking/test-acme.ts';
import type { TestTracking } from '../../../src/tracking/test-tracking.ts';
import { type Life, mortalDatabase } from '../hubs/mortal.ts';
import type { Outside } from './outside.ts';

/** The parcel that goes through all stages, and what its carrier knows of it. */
export interface Parcel {
  readonly number: string;
  readonly accountId: string;
  readonly pushed: TestReport;
  readonly polled: TestReport;
}

/** One stage in a process of its own: until there is nothing left to do, or the process crashes. */
export interface Stage {
  readonly name: string;
  run(life: Life, parcel: Parcel): Promise<void>;
  /** What the external party does without an answer: a carrier pushes again. */
  readonly again?: true;
}

interface Running {
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** Policies of tests, for a carrier without limits. */
const NO_LIMITS = { adapterOf: () => undefined, policies: () => TEST_POLICIES };

const RULES = ruleSet.parse({
  rules: [
    {
      name: 'mail',
      milestones: ['picked_up', 'exception'],
      channels: ['email'],
      audience: ['recipient'],
      max_age: '31d',
      quiet_hours: 'off',
    },
    {
      name: 'sms',
      milestones: ['exception'],
      channels: ['sms'],
      audience: ['recipient'],
      max_age: '31d',
      quiet_hours: 'off',
    },
  ],
});
/** A message's inbox partition is random: here all are in one. */
const onePartition: RandomBytes = (length) => {
  const bytes = systemRandom(length);
  bytes[length - 1] = 0;
  return bytes;
};
const NOBODY = { on: () => () => {} };
const log = createLog({ level: 'silent' });
const keyring = createKeyring([Buffer.alloc(KEY_BYTES, 7)], systemRandom);
const PULLED: CarrierAdapter | undefined = (() => {
  const acme = acmeRegistry.get('acme');
  if (acme === undefined) return undefined;
  const limits = { ...acme.manifest.limits, callsPerSecond: 5 };
  return { ...acme, manifest: { ...acme.manifest, limits }, track: async () => [] };
})();

/** From the carrier's push to everyone who is notified, in order. */
export async function stagesOf(hub: TestTracking, outside: Outside): Promise<readonly Stage[]> {
  const { clock } = hub;
  const policy = await readPolicyFile(`${PROJECT_ROOT}config/exception-policy.yaml`);
  const machines = (life: Life) => {
    const db: Database = mortalDatabase(hub.db, life);
    const metrics = createMetrics({ processMetrics: false });
    const tracking = createTracking({ ...hub.deps, db, describe: () => '' });
    return {
      db,
      metrics,
      tracking,
      clock,
      keyring,
      randomBytes: systemRandom,
      log,
      listener: NOBODY,
    };
  };
  type With = ReturnType<typeof machines>;
  const running = (name: string, start: (given: With, life: Life) => Running): Stage => ({
    name,
    run: (life) => untilIdle(start(machines(life), life), life),
  });
  const record = (name: string) =>
    running(name, ({ tracking, metrics }) =>
      startInboxWorker({
        pipeline: { ...tracking, log, metrics: createPipelineMetrics(metrics) },
      }),
    );

  return [
    {
      name: 'a push is stored',
      again: true,
      async run(life, { pushed }) {
        const inbox = createInbox({
          ...machines(life),
          sealer: hub.deps.sealer,
          randomBytes: onePartition,
        });
        life.step('before the push is read');
        await inbox.store({
          source: 'webhook',
          carrier: 'acme',
          owner: null,
          trust: 'signed',
          headers: {},
          body: body(pushed),
        });
        life.step('after the push was answered');
      },
    },
    record('a push is recorded'),
    running('the due index follows', ({ db }) => {
      const accounts = createAccounts({ db, keyring, clock, randomBytes: systemRandom });
      const plans = createPlans({ db, clock, accounts, ...NO_LIMITS });
      return consumeLog({ db, clock, log, listener: NOBODY, planOf: plans.planOf });
    }),
    {
      name: 'the carrier is asked',
      run: (life, parcel) => poll(machines(life), hub, life, parcel),
    },
    record('an answer is recorded'),
    running('cases are opened', (given) =>
      startExceptions({
        ...given,
        policy,
        carriers: null,
        blobs: openLocalBlobs('/nonexistent'),
        hasProof: async () => false,
      }),
    ),
    running('people are notified', (given, life) => {
      const channels = [
        outside.channel(life, 'email', 'recognizable'),
        outside.channel(life, 'sms', 'never'),
      ];
      return startNotifications({
        ...given,
        notifications: createNotifications({ ...given, installationRules: RULES }),
        channelsOf: async (_tenant, kind) => channels.filter((each) => each.kind === kind),
        eraseMailbox: async () => {},
        render: async ({ template }) => ({ kind: 'sms', text: template }),
        publicUrl: () => 'https://hub.example',
      });
    }),
    running('merchants are notified', (given, life) =>
      startMerchantWebhooks({ ...given, post: outside.post(life) }),
    ),
    running('Kafka gets the events', (given, life) =>
      startRelay({
        ...given,
        sink: outside.sink(life),
        settings: { topics: { status: 'status', events: 'events' }, from: 'newest' },
      }),
    ),
    running('parcels are counted', startCounting),
    running('figures are counted', startFigures),
  ];
}

/** A crashed process does not stop by itself: ends what is left of its loops. */
async function untilIdle(process: Running, life: Life): Promise<void> {
  await Promise.race([process.idle().catch(() => {}), life.over]);
  await process.stop().catch(() => {});
}

async function poll(
  given: { readonly db: Database },
  hub: TestTracking,
  life: Life,
  { accountId, polled }: Parcel,
): Promise<void> {
  const { clock } = hub;
  const { db } = given;
  const shared = { db, clock, randomBytes: systemRandom };
  await runAccount(
    {
      ...shared,
      log,
      wait: async (ms) => clock.advance(ms),
      accounts: createAccounts({ ...shared, keyring }),
      adapterOf: (name) => (name === 'acme' ? PULLED : undefined),
      policies: () => TEST_POLICIES,
      plannedAtMs: new Map(),
      inbox: createInbox({ ...shared, sealer: hub.deps.sealer, randomBytes: onePartition }),
      async ask(_account, numbers, guard) {
        if (!guard.breaker.allows().ok) throw new Error('the test carrier is well');
        const debit = await guard.debit();
        if (!debit.ok) throw new Error('the test carrier has no limits');
        life.step('before the carrier is asked');
        life.step('after the carrier has answered');
        guard.breaker.report({ kind: 'http', status: 200 });
        const text = Buffer.from(body(polled)).toString('utf8');
        return numbers.map((trackingNumber) => ({
          ...({ outcome: 'answer', trackingNumber, httpStatus: 200, text } as const),
        }));
      },
    },
    accountId,
    new AbortController().signal,
  );
}
