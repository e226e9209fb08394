import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../../src/platform/database/database.ts';
import { createLog } from '../../src/platform/observability/log.ts';
import { createKeyring, KEY_BYTES } from '../../src/platform/sealing/sealing.ts';
import type { Channel, ChannelKind } from '../../src/reactions/notifications/index.ts';
import {
  createNotifications,
  ruleSet,
  startNotifications,
} from '../../src/reactions/notifications/index.ts';
import { createTracking } from '../../src/tracking/ports/shipments.ts';
import { body, startAcme } from '../../src/tracking/test-acme.ts';
import type { TestTracking } from '../../src/tracking/test-tracking.ts';
import { type Life, lifeOf, mortalDatabase } from '../support/hubs/mortal.ts';

/**
 * Every change of state is notified exactly once, or a reason why not is recorded: however often
 * anything is received from any source, and whatever process is killed at any point.
 */
/** `WAYBILL_NOTIFICATIONS_KILLS=200` for the whole drill. */
const KILLS_MIN = Number(process.env['WAYBILL_NOTIFICATIONS_KILLS'] ?? 60);
/** Enough work until this many have died. */
const PARCELS = Math.ceil(KILLS_MIN * 2.25);
const STEPS_OF_PARCEL = ['PICK', 'HUB', 'OFD', 'DEL'] as const;
const MILESTONES = ['picked_up', 'at_facility', 'out_for_delivery', 'delivered'] as const;
const WORKERS = 2;
/** Long enough to get something done, short enough to be killed everywhere. */
const LIFE_STEPS = { from: 10, to: 550 };
/** For a busy machine; nothing here waits for the clock. */
const TIMEOUT_MS = 900_000;

const RULES = ruleSet.parse({
  rules: [
    {
      name: 'mail',
      milestones: [...MILESTONES],
      channels: ['email'],
      audience: ['recipient'],
      max_age: '31d',
    },
    {
      name: 'sms',
      milestones: ['out_for_delivery', 'delivered'],
      channels: ['sms'],
      audience: ['recipient'],
      max_age: '31d',
      quiet_hours: 'off',
    },
  ],
});

let hub: TestTracking;
let url: string;
beforeAll(async () => {
  hub = await startAcme();
  url = hub.db.pipeline.options.connectionString ?? '';
});
afterAll(() => hub.close());

/** What reached people: by channel, content and kind, with the message ids in order. */
const arrived = new Map<string, string[]>();

function channel(kind: ChannelKind, repeat: Channel['repeat'], life: Life): Channel {
  return {
    // Separate accounts begin with low concurrency: with many, no worker would finish.
    provider: kind,
    kind,
    account: kind,
    repeat,
    async send({ notificationId, shipmentId, milestone }) {
      life.step();
      const key = `${shipmentId} ${milestone} ${kind}`;
      arrived.set(key, [...(arrived.get(key) ?? []), notificationId]);
      life.step();
      return { outcome: 'accepted', providerId: null };
    },
  };
}

/** A process that sends notifications until it is killed. */
function startWorker(life: Life) {
  const real = openDatabase({ url });
  const db = mortalDatabase(real, life);
  const { clock, randomBytes } = hub.deps;
  const tracking = createTracking({ ...hub.deps, db, describe: () => '' });
  const keyring = createKeyring([Buffer.alloc(KEY_BYTES, 7)], randomBytes);
  const log = createLog({ level: 'silent' });
  const deps = { db, tracking, keyring, clock, randomBytes, log };
  const channels = [channel('email', 'recognizable', life), channel('sms', 'never', life)];
  const running = startNotifications({
    ...deps,
    notifications: createNotifications({ ...deps, installationRules: RULES }),
    listener: { on: () => () => {} },
    channelsOf: async (_tenant, kind) => channels.filter((each) => each.kind === kind),
    eraseMailbox: async () => {},
    render: async ({ template }) => ({ kind: 'sms', text: template }),
    publicUrl: () => 'https://hub.example',
  });
  return {
    /** Until there is nothing left to do, or it is killed. */
    work: () => Promise.race([running.idle().catch(() => {}), life.over]),
    lag: () => running.lag(),
    async end() {
      await running.stop();
      await real.end();
    },
  };
}

async function unsettled(): Promise<number> {
  const { rows } = await hub.db.pipeline.query<{ count: number }>(
    `select count(*)::int as count from notifications
     where state in ('queued', 'postponed', 'sending')`,
  );
  return rows[0]?.count ?? 0;
}

it(`tells each change once, or says why not, with workers killed ${KILLS_MIN} times anywhere`, {
  timeout: TIMEOUT_MS,
}, async () => {
  const random = seeded(20_261_120);
  let kills = 0;
  // A new consumer begins at the newest entry: it must be known before the first.
  const first = startWorker(lifeOf(Number.POSITIVE_INFINITY));
  await first.work();
  await first.end();
  const ids: string[] = [];
  for (let index = 0; index < PARCELS; index += 1) {
    const recipient = { email: `r${index}@example.com`, phone: `+1212${5_550_000 + index}` };
    const personal = { recipient, origin: null, destination: null };
    const { shipment } = await hub.register({
      carrier: 'acme',
      trackingNumber: number(index),
      personal,
    });
    ids.push(shipment.id);
  }
  for (const [step, code] of STEPS_OF_PARCEL.entries()) {
    hub.clock.advance(3_600_000);
    const at = new Date(hub.clock.nowMs() - 5 * 3_600_000 - 60_000).toISOString().slice(0, 19);
    await hearThrice(code, at);
    for (;;) {
      const workers = Array.from({ length: WORKERS }, () => {
        const life = lifeOf(
          LIFE_STEPS.from + Math.floor(random() * (LIFE_STEPS.to - LIFE_STEPS.from)),
        );
        return { life, ...startWorker(life) };
      });
      await Promise.all(workers.map((worker) => worker.work()));
      const done = await allNotified(workers);
      kills += workers.filter(({ life }) => life.dead).length;
      await Promise.all(workers.map((worker) => worker.end()));
      // Leases of killed workers end, and retries come due.
      hub.clock.advance(150_000);
      if (done) break;
    }
    const missing = ids.filter((id) => !arrived.has(`${id} ${MILESTONES[step]} email`));
    expect(await unknownOf(missing, MILESTONES[step]), code).toBe(missing.length);
    // Only those whose senders were all killed, on every try: workers here live for seconds. How
    // many run concurrently depends on the machine; most messages arrive.
    expect(missing.length).toBeLessThan(PARCELS / 4);
  }
  expect(kills).toBeGreaterThanOrEqual(KILLS_MIN);
  await expectOnce(ids);
});

/** A worker may be killed while it answers; then another is queried. */
async function allNotified(workers: readonly { lag(): Promise<number> }[]): Promise<boolean> {
  for (const worker of workers) {
    const lag = await worker.lag().catch(() => null);
    if (lag !== null) return lag === 0 && (await unsettled()) === 0;
  }
  return false;
}

/** Messages among these that are recorded as possibly lost. */
async function unknownOf(ids: readonly string[], milestone = ''): Promise<number> {
  const { rows } = await hub.db.pipeline.query<{ count: number }>(
    `select count(*)::int as count from notifications
     where shipment_id = any($1::uuid[]) and milestone = $2 and channel = 'email'
       and state = 'unknown'`,
    [ids, milestone],
  );
  return rows[0]?.count ?? 0;
}

/** By push, by poll, and by push again. */
async function hearThrice(code: string, at: string): Promise<void> {
  const deliveryStatuses = Array.from({ length: PARCELS }, (_, index) => ({
    carrier: 'acme',
    owner: null,
    headers: {},
    body: body({ number: number(index), events: [{ code, at }] }),
  }));
  for (const [source, trust] of [
    ['webhook', 'signed'],
    ['poll', 'pulled'],
    ['webhook', 'signed'],
  ] as const) {
    await Promise.all(
      deliveryStatuses.map((deliveryStatus) =>
        hub.inbox.store({ ...deliveryStatus, source, trust }),
      ),
    );
    await hub.worker.idle();
  }
}

async function expectOnce(ids: readonly string[]): Promise<void> {
  const { rows } = await hub.db.pipeline.query<{ key: string; state: string; count: number }>(
    `select concat_ws(' ', shipment_id, milestone, channel) as key, state, count(*)::int as count
     from notifications group by 1, 2`,
  );
  const states = new Map(rows.map(({ key, state }) => [key, state]));
  // One decision each, and nothing but sent or, for SMS, unknown.
  expect(rows).toHaveLength(ids.length * (MILESTONES.length + 2));
  expect(rows.every(({ count }) => count === 1)).toBe(true);
  let lost = 0;
  for (const id of ids) {
    for (const milestone of MILESTONES) {
      const mail = arrived.get(`${id} ${milestone} email`) ?? [];
      // A repeated mail has the same Message-ID.
      expect(new Set(mail).size).toBe(mail.length === 0 ? 0 : 1);
    }
    for (const milestone of ['out_for_delivery', 'delivered']) {
      const key = `${id} ${milestone} sms`;
      const sms = arrived.get(key) ?? [];
      expect(sms.length).toBeLessThanOrEqual(1);
      if (sms.length === 0) expect(states.get(key)).toBe('unknown');
      else expect(['sent', 'unknown']).toContain(states.get(key));
      if (states.get(key) === 'unknown') lost += 1;
    }
  }
  // Enough kills between sending and recording it for a meaningful test.
  expect(lost).toBeGreaterThan(0);
}

function number(index: number): string {
  return `ACME-ONCE-${index}`;
}

/** Numbers from 0 to 1, the same in every run. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
