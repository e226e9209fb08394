import path from 'node:path';
import { openTemplating } from '../../../src/app/message-templates.ts';
import { enterCodeOnPage, subscribeOnPage } from '../../../src/app/tracking-page.ts';
import {
  createCodeLimiter,
  createSubscribeLimiter,
} from '../../../src/http/api/notification-preferences/notification-endpoints.ts';
import { openPublicFace, type PublicFace } from '../../../src/http/public/tracking/public-face.ts';
import { type Answered, type Caller, callerOf } from '../../../src/http/testing/test-client.ts';
import type { TestHub, TestParts } from '../../../src/http/testing/test-hub.ts';
import { openLocalBlobs } from '../../../src/platform/blobs.ts';
import { systemRandom } from '../../../src/platform/clock.ts';
import { createEgress } from '../../../src/platform/net/egress.ts';
import { createLog } from '../../../src/platform/observability/log.ts';
import { createMetrics } from '../../../src/platform/observability/metrics.ts';
import { createKeyring, type Keyring } from '../../../src/platform/sealing/sealing.ts';
import { PROJECT_ROOT } from '../../../src/platform/settings/yaml-settings.ts';
import { openTerms, readPredictionPolicy } from '../../../src/prediction/index.ts';
import { passDeadlines } from '../../../src/reactions/exceptions/cases/deadlines.ts';
import {
  createExceptions,
  type ExceptionsDeps,
  predictCaseOutcome,
  readPolicyFile,
  startExceptions,
} from '../../../src/reactions/exceptions/index.ts';
import { startLinks } from '../../../src/reactions/links/links.ts';
import { startMerchantWebhooks } from '../../../src/reactions/merchant-webhooks/index.ts';
import {
  type MailboxMessage,
  openMailboxView,
  startNotifications,
} from '../../../src/reactions/notifications/index.ts';
import { startPredicting } from '../../../src/reactions/predictions/index.ts';
import { viewShipment } from '../../../src/tracking/ports/shipments.ts';
import { openMerchantReceiver, type ReceivedEvent } from '../merchant-receiver.ts';
import { openVirtualHub, type Story, type VirtualHub } from './virtual-hub.ts';

/**
 * The whole hub on virtual time with every consumer, composed as the command line does, and its
 * environment: sandbox carriers, a merchant with a webhook receiver, a mailbox.
 */
export interface Journey {
  readonly virtual: VirtualHub;
  /** The merchant's. */
  readonly key: string;
  /** Calls as the merchant. */
  readonly merchant: Caller;
  /** Calls without a key. */
  readonly anybody: Caller;
  /**
   * Registers a parcel through the API, which plays a scenario from then on. Resolves to its id.
   */
  track(parcel: TrackedParcel): Promise<string>;
  /** Lets time pass, with all reactions to what happens meanwhile. */
  runUntil(endMs: number): Promise<void>;
  /** Processes everything that is pending. */
  react(): Promise<void>;
  /** Messages sent so far, in order, with their times of arrival. */
  sent(): readonly SentMessage[];
  /** All decisions about a shipment's messages, including those not sent. */
  decided(shipmentId: string): Promise<readonly Row[]>;
  cases(shipmentId: string): Promise<readonly Row[]>;
  /** The events about a shipment at the merchant's receiver. */
  events(shipmentId: string): readonly ReceivedEvent[];
  close(): Promise<void>;
}

export type Row = Readonly<Record<string, unknown>>;

export interface TrackedParcel extends Pick<Story, 'scenario' | 'pace'> {
  readonly carrier: string;
  readonly number: string;
  /** Further members of `POST /shipments`. */
  readonly shipment?: Row;
}

export interface SentMessage extends MailboxMessage {
  readonly atMs: number;
  readonly notificationId: string;
}

/** Messages read in one query; a journey has fewer. */
const PAGE = 1_000;
const NOBODY = { on: () => () => {} };

interface Late {
  face?: PublicFace;
  parts?: TestParts;
  working?: ExceptionsDeps;
}

const log = createLog({ level: 'silent' });

export async function openJourney(options: { readonly startMs: number }): Promise<Journey> {
  const keyring = createKeyring([new Uint8Array(32).fill(5)], systemRandom);
  const late: Late = {};
  const policy = await readPolicyFile(`${PROJECT_ROOT}config/exception-policy.yaml`);
  const virtual = await openVirtualHub({
    startMs: options.startMs,
    hub: {
      keyring,
      announcesDatesSeparately: true,
      publicRoutes(parts) {
        Object.assign(late, { parts, ...openPages(parts, keyring, policy) });
        return late.face?.routes ?? [];
      },
    },
  });
  const { hub } = virtual;
  const { face, parts, working } = late;
  if (!face || !parts || !working) throw new Error('the hub asked for no public routes');
  const reactions = await startReactions(hub, keyring, parts, working);
  const receiver = await openMerchantReceiver(() => hub.clock.nowMs());
  const { text: key } = await hub.newKey();
  const merchant = callerOf(hub, key);
  const made = await merchant('POST', '/v1/webhook-endpoints', {
    url: receiver.url,
    events: ['*'],
  });
  receiver.trust(String(made.body['secret']));
  return new PlayedJourney({ virtual, key, merchant, face, receiver, reactions });
}

/** The public pages, and what works on cases for them, before the hub they stand on is there. */
function openPages(
  parts: TestParts,
  keyring: Keyring,
  policy: ExceptionsDeps['policy'],
): { readonly face: PublicFace; readonly working: ExceptionsDeps } {
  const { db, adapters, tracking, proofs, publicUrl, notifications, extras } = parts;
  const working: ExceptionsDeps = {
    // The folder is known once the hub is there; until then nobody keeps anything.
    tracking,
    policy,
    log,
    carriers: extras ?? null,
    blobs: openLocalBlobs('/nonexistent'),
    async hasProof(tenant, shipmentId) {
      const view = await viewShipment(tracking, tenant, shipmentId);
      return view !== null && (await proofs.list(tenant, view.proofs)).length > 0;
    },
  };
  const face = openPublicFace({
    db,
    adapters,
    sealer: tracking.sealer,
    clock: tracking.clock,
    log,
    publicUrl,
    listener: NOBODY,
    rate: null,
    brandings: parts.templating.brandings,
    subscribe: subscribeOnPage(notifications, createSubscribeLimiter(tracking.clock)),
    enterCode: enterCodeOnPage(notifications, createCodeLimiter(tracking.clock)),
    offersOf: (parcel) => notifications.offers([parcel]),
    personal: { keyring, tracking, proofs, service: createExceptions(working).selfService },
  });
  return { face, working };
}

interface Reactions {
  readonly exceptionsDeps: ExceptionsDeps;
  readonly predicting: ReturnType<typeof startPredicting>;
  /** In the order in which each depends on the others. */
  readonly all: readonly { idle(): Promise<void>; stop(): Promise<void> }[];
  close(): void;
}

async function startReactions(
  hub: TestHub,
  keyring: Keyring,
  parts: TestParts,
  working: ExceptionsDeps,
): Promise<Reactions> {
  const { db, clock, tracking, adapters } = hub;
  const shared = { db, tracking, keyring, clock, randomBytes: systemRandom, log, listener: NOBODY };
  const templating = await openTemplating({
    db,
    clock,
    registry: adapters,
    tracking,
    publicUrl: () => hub.url,
  });
  const egress = createEgress({ allow: ['127.0.0.0/8'] });
  const blobs = openLocalBlobs(path.dirname(hub.mailboxFolder));
  const exceptionsDeps = { ...working, blobs, listener: NOBODY };
  templating.usePickups(exceptionsDeps);
  const exceptions = startExceptions(exceptionsDeps);
  const links = startLinks({ ...shared, registry: adapters });
  const webhooks = startMerchantWebhooks({
    ...shared,
    post: (request) => egress.post(request),
    metrics: createMetrics({ processMetrics: false }),
  });
  const notifying = startNotifications({
    ...shared,
    notifications: parts.notifications,
    channelsOf: parts.channels.channelsOf,
    eraseMailbox: parts.channels.eraseMailbox,
    render: templating.templates.render,
    publicUrl: () => hub.url,
    predictCaseOutcome: (tenant, shipmentId) =>
      predictCaseOutcome(exceptionsDeps, tenant, shipmentId),
  });
  const prediction = await readPredictionPolicy(`${PROJECT_ROOT}config/prediction.yaml`);
  const predicting = startPredicting({
    ...shared,
    terms: openTerms(prediction),
    model: { current: () => null },
  });
  const all = [links, exceptions, predicting, webhooks, notifying];
  // A new consumer begins at the newest entry: start all of them before anything happens.
  for (const each of all) await each.idle();
  return { exceptionsDeps, predicting, all, close: () => egress.close() };
}

interface Played {
  readonly virtual: VirtualHub;
  readonly key: string;
  readonly merchant: Caller;
  readonly face: PublicFace;
  readonly receiver: Awaited<ReturnType<typeof openMerchantReceiver>>;
  readonly reactions: Reactions;
}

class PlayedJourney implements Journey {
  readonly virtual: VirtualHub;
  readonly key: string;
  readonly merchant: Caller;
  readonly anybody: Caller;
  readonly #played: Played;
  readonly #db: TestHub['db'];
  readonly #clock: TestHub['clock'];
  readonly #mailbox: ReturnType<typeof openMailboxView>;
  readonly #sent: SentMessage[] = [];
  readonly #known = new Set<string>();
  #newest = '';
  #dueMs: number | null = null;

  constructor(played: Played) {
    const { virtual, key, merchant } = played;
    this.#played = played;
    this.virtual = virtual;
    this.key = key;
    this.merchant = merchant;
    this.anybody = callerOf(virtual.hub, null);
    this.#db = virtual.hub.db;
    this.#clock = virtual.hub.clock;
    this.#mailbox = openMailboxView(virtual.hub.mailboxFolder);
  }

  async track({ carrier, number, scenario, pace, shipment = {} }: TrackedParcel): Promise<string> {
    this.virtual.play(carrier, number, { scenario, ...(pace === undefined ? {} : { pace }) });
    const body = { carrier, tracking_number: number, ...shipment };
    const registered = await this.merchant('POST', '/v1/shipments', body);
    if (registered.status !== 201) throw new Error(registered.text);
    await this.react();
    return String(registered.body['id']);
  }

  async runUntil(endMs: number): Promise<void> {
    await this.react();
    await this.virtual.runUntil(endMs, () => this.#meanwhile());
    await this.react();
  }

  async react(): Promise<void> {
    const { exceptionsDeps, predicting, all } = this.#played.reactions;
    await passDeadlines(exceptionsDeps);
    await predicting.passDue();
    do {
      this.#newest = await this.#head();
      await this.virtual.hub.settled();
      for (const each of all) await each.idle();
    } while ((await this.#head()) !== this.#newest);
    await this.#readMailbox();
  }

  sent(): readonly SentMessage[] {
    return this.#sent;
  }

  decided(id: string): Promise<readonly Row[]> {
    return this.#list(`notifications?shipment_id=${id}&limit=100`);
  }

  cases(id: string): Promise<readonly Row[]> {
    return this.#list(`exceptions?shipment_id=${id}&limit=100`);
  }

  events(id: string): readonly ReceivedEvent[] {
    return this.#played.receiver.events().filter(({ data }) => data['id'] === id);
  }

  async close(): Promise<void> {
    const { reactions, receiver, face } = this.#played;
    for (const each of [...reactions.all].reverse()) await each.stop();
    receiver.close();
    reactions.close();
    await face.close();
    await this.virtual.close();
  }

  async #meanwhile(): Promise<number | null> {
    const isDue = this.#dueMs !== null && this.#dueMs <= this.#clock.nowMs();
    if (isDue || (await this.#head()) !== this.#newest) await this.react();
    this.#dueMs = await this.#nextDueMs();
    return this.#dueMs === null ? null : Math.max(this.#dueMs, this.#clock.nowMs() + 1);
  }

  /** Changes when anything was appended to the log. */
  async #head(): Promise<string> {
    const { rows } = await this.#db.pipeline.query<{ head: string }>(
      'select count(*) as head from event_log',
    );
    return rows[0]?.head ?? '';
  }

  /** When the next postponed message is due; null: none. */
  async #nextDueMs(): Promise<number | null> {
    const { rows } = await this.#db.pipeline.query<{ at: Date | null }>(
      `select min(send_at) as at from notifications where state in ('queued', 'postponed')`,
    );
    return rows[0]?.at?.getTime() ?? null;
  }

  async #readMailbox(): Promise<void> {
    const { messages } = await this.#mailbox.list({ before: null, limit: PAGE });
    for (const message of [...messages].reverse()) {
      if (this.#known.has(message.name)) continue;
      this.#known.add(message.name);
      const notificationId = message.name.slice(0, 36);
      this.#sent.push({ ...message, notificationId, atMs: this.#clock.nowMs() });
    }
  }

  async #list(what: string): Promise<readonly Row[]> {
    return rowsOf(await this.merchant('GET', `/v1/${what}`));
  }
}

/** Oldest first. */
function rowsOf({ status, text, body }: Answered): readonly Row[] {
  const { data } = body;
  if (status !== 200 || !Array.isArray(data)) throw new Error(text);
  return data.toReversed();
}
