import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import type { WebhookVerifier } from '../../adapters/contract/contract.ts';
import {
  type Registry as AdapterRegistry,
  loadAdapters,
  packagedMappings,
} from '../../adapters/index.ts';
import { readEntry } from '../../events/read-entry.ts';
import { createFleetHttp, type FleetHttpDeps } from '../../fleet/api/fleet-http.ts';
import type { FleetParts } from '../../fleet/api/fleet-parts.ts';
import { openLive } from '../../fleet/api/live/live.ts';
import { type Ways, watchRoutes } from '../../fleet/api/locations/watch-routes.ts';
import { custodyTrouble, type ViewDeps } from '../../fleet/deliveries/index.ts';
import { testPlanner } from '../../fleet/deliveries/planning/test-planner.ts';
import type { Positions } from '../../fleet/positions/index.ts';
import {
  type Accounts,
  type AdmissionLimits,
  type BacklogWatch,
  createAccounts,
  createDrops,
  createHandshakes,
  createInbox,
  createMerchantFolders,
  createProofs,
  createScanners,
  type DropPlace,
  type FacilityOf,
  type Handshakes,
  type Inbox,
  openFacilitiesInMemory,
  type Proofs,
  type Scanners,
  watchBacklog,
} from '../../intake/index.ts';
import type { Scope } from '../../kernel/scopes.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import {
  type ApiKey,
  createApiKey,
  createPasswords,
  ensureMerchant,
  type MembersDeps,
} from '../../merchants/index.ts';
import { compileWithCache, describe, openMappingFiles } from '../../normalization/index.ts';
import { type Blobs, openLocalBlobs } from '../../platform/blobs.ts';
import { openResultCache } from '../../platform/cached-results.ts';
import { type ManualClock, manualClock, systemRandom } from '../../platform/clock.ts';
import { type Database, openDatabase } from '../../platform/database/database.ts';
import { openListener } from '../../platform/database/listen.ts';
import { createEventFeed } from '../../platform/event-log/event-feed.ts';
import { createImageCleaner } from '../../platform/images/clean-image.ts';
import type { Sheds } from '../../platform/load/watch-load.ts';
import { messagesIn } from '../../platform/messages/catalogue.ts';
import { createEgress, type Egress } from '../../platform/net/egress.ts';
import { openFolderStore } from '../../platform/objects/folder-store.ts';
import { createLog, type Logger } from '../../platform/observability/log.ts';
import { createMetrics, type Registry } from '../../platform/observability/metrics.ts';
import {
  createEnvelopeSealer,
  createKeyring,
  type Keyring,
} from '../../platform/sealing/sealing.ts';
import { readConfig } from '../../platform/settings/config.ts';
import { PROJECT_ROOT } from '../../platform/settings/yaml-settings.ts';
import { createTestDatabase } from '../../platform/test-postgres.ts';
import { systemTimers } from '../../platform/work/timers.ts';
import type { CarrierExtras } from '../../poller/index.ts';
import { openPromises, openTerms, readPredictionPolicy } from '../../prediction/index.ts';
import {
  createExceptions,
  type Exceptions,
  type ExceptionsDeps,
  readPolicyFile,
  startExceptions,
  withOwnCouriers,
} from '../../reactions/exceptions/index.ts';
import { createFanOut, databaseUpdates } from '../../reactions/live/index.ts';
import { openChannels, openMailboxView } from '../../reactions/notifications/index.ts';
import type { ActiveModel } from '../../reactions/predictions/index.ts';
import { createShops, loadPlatforms, type Shops, type ShopsDeps } from '../../shops/index.ts';
import { type ActiveMappings, openActiveMappings } from '../../tracking/ports/mappings.ts';
import { courierPhotos } from '../../tracking/ports/proofs.ts';
import {
  createPeopleHashes,
  createPipelineMetrics,
  type InboxWorker,
  startInboxWorker,
  startJobWorker,
} from '../../tracking/ports/running.ts';
import { createTracking, type TrackingDeps } from '../../tracking/ports/shipments.ts';
import { createBodyRooms } from '../../webhooks/body-room.ts';
import { createCarrierEndpoint } from '../../webhooks/endpoint.ts';
import type { CredentialCheck } from '../api/carrier-accounts/credential-check.ts';
import type { Polling } from '../api/pulling/routes.ts';
import { createShopReception } from '../api/shops/reception.ts';
import type { Readiness } from '../api/system/health.ts';
import type { Moves } from '../compat/move/moves.ts';
import { createWebhookFormats } from '../compat/webhook-formats.ts';
import type { HttpDeps } from '../context.ts';
import { createHttp } from '../http.ts';
import type { Handler, Route } from '../kit/route.ts';
import { spellingsOf } from '../public/tracking/spellings.ts';
import { testCouriers } from './test-couriers.ts';
import { watchAnswers } from './test-described.ts';
import { testNotifying } from './test-notifying.ts';
import { testPositions, testShifts } from './test-positions.ts';
import { testScans } from './test-scans.ts';
import { testTemplating } from './test-templating.ts';

/**
 * The hub for tests: its own database, the real adapters and mappings, a manual clock, and the real
 * server on a free port. Only time is faked.
 */
export interface TestHub {
  readonly url: string;
  readonly databaseUrl: string;
  readonly db: Database;
  readonly clock: ManualClock;
  readonly adapters: AdapterRegistry;
  readonly mappings: ActiveMappings;
  readonly accounts: Accounts;
  readonly inbox: Inbox;
  /** Null unless requested. */
  readonly backlog: BacklogWatch | null;
  readonly handshakes: Handshakes;
  readonly scanners: Scanners;
  readonly scans: ReturnType<typeof testScans>;
  readonly couriers: ReturnType<typeof testCouriers>;
  readonly positions: Positions;
  readonly ways: Ways;
  readonly deliveries: ViewDeps;
  readonly keyring: Keyring;
  /** Members of merchants, with cheap password hashes. */
  readonly members: MembersDeps;
  readonly proofs: Proofs;
  readonly blobs: Blobs;
  /** Folder of the blobs. */
  readonly blobFolder: string;
  readonly exceptions: Exceptions;
  /** Dependencies of the exceptions. */
  readonly exceptionsDeps: ExceptionsDeps;
  readonly tracking: TrackingDeps;
  readonly shops: Shops;
  readonly egress: Egress;
  readonly metrics: Registry;
  readonly routes: readonly Route[];
  /** Folder of the mails that `/console/hub/mailbox` shows. */
  readonly mailboxFolder: string;
  /** Everything logged so far, one JSON object per line. */
  readonly log: () => string;
  /** The state that `/readyz` reports; a test may set it. */
  readiness: Readiness;
  /** A merchant with that slug (created if new) and a key of it. */
  newKey(options?: NewKey): Promise<{ key: ApiKey; text: string; tenant: Tenant }>;
  /** Resolves when everything received is visible. */
  settled(): Promise<void>;
  /** Processes the exceptions from everything received; resolves when all are processed. */
  workExceptions(): Promise<void>;
  /** Runs the waiting mapping jobs; resolves when they have ended. */
  runJobs(): Promise<void>;
  close(): Promise<void>;
}

export interface NewKey {
  readonly merchant?: string;
  readonly mode?: Tenant['mode'];
  readonly scopes?: readonly Scope[];
}

/** Dependencies of routes under test: everything but the server. */
export type TestParts = Omit<HttpDeps, 'publicRoutes'> & {
  /** Couriers, as the fleet's routes get them. */
  readonly couriers: FleetParts;
};

export interface TestHubOptions {
  readonly publicRoutes?: (parts: TestParts) => readonly Route[];
  readonly notFoundPage?: Handler;
  readonly trustedProxies?: readonly string[];
  /** Absent: the listening address. */
  readonly publicUrl?: string;
  /** What is called instead of shops at addresses of their platforms; absent: nothing. */
  readonly shopStandIn?: ShopsDeps['standIn'];
  /** A database and a clock that others use too; absent: its own. */
  readonly shared?: Pick<TestHub, 'databaseUrl' | 'db' | 'clock'>;
  readonly metricsToken?: string;
  readonly hotInFront?: boolean;
  /** Folders for dropped files; absent: none. */
  readonly drops?: { readonly places: readonly DropPlace[] };
  /** Stands in for the poller; absent: no carrier is polled. */
  readonly polling?: Polling;
  /** Stands in for interactive calls to carriers; absent: none are made. */
  readonly extras?: CarrierExtras;
  readonly credentialCheck?: CredentialCheck;
  /** Absent: no model is active. */
  readonly eddModel?: ActiveModel;
  /** The installation's channels, and the source of its secrets; absent: the shipped file. */
  readonly channelsFile?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Absent: one of the test's own. */
  readonly keyring?: Keyring;
  /** Estimates are predicted; absent: carriers' estimates are announced as received. */
  readonly announcesDatesSeparately?: boolean;
  /** Listens to the database's notifications; absent: it does not. */
  readonly listens?: boolean;
  /** The configured map of the desk; absent: none. */
  readonly map?: HttpDeps['map'];
  /** Limits beyond which pushes are turned away; absent: none. */
  readonly backlog?: AdmissionLimits;
  /** Work refused under load; absent: none. */
  readonly load?: Sheds;
  /** Makes the moves from other services; absent: none can be started. */
  readonly moves?: (parts: Pick<TestHub, 'tracking' | 'adapters'>) => Moves;
}

export const TEST_NOW_MS = Date.UTC(2026, 2, 10, 12, 0, 0);
/** The deployment-wide webhook secret of every carrier. A test key. */
export const TEST_WEBHOOK_SECRET = 'test-webhook-secret';

/** The key pairs of senders that sign with private keys, by the source of their public keys. */
const keyPairs = new Map<string, ReturnType<typeof newKeyPair>>();

function newKeyPair() {
  return generateKeyPairSync('rsa', {
    modulusLength: 1_024,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

function keyPairAt(source: string) {
  const pair = keyPairs.get(source) ?? newKeyPair();
  keyPairs.set(source, pair);
  return pair;
}

/**
 * Returns what a carrier signs with so that a path with this secret accepts its push: the secret, or
 * for a sender with public keys, the private key that belongs to the keys at this source.
 */
export function signingKey({ keys }: WebhookVerifier, secret = TEST_WEBHOOK_SECRET): string {
  return keys === 'public' ? keyPairAt(secret).privateKey : secret;
}

export async function createTestHub(options: TestHubOptions = {}): Promise<TestHub> {
  const place = { url: '' };
  const publicUrl = () => options.publicUrl ?? place.url;
  const stores = await openStores(options, publicUrl);
  const { db, clock, tracking, inbox, mappings, log } = stores;
  const exceptionsDeps: ExceptionsDeps = {
    tracking,
    blobs: stores.blobs,
    log,
    courierPhotos: courierPhotos({ tracking, proofs: stores.proofs }),
    custodyTrouble,
    carriers: withOwnCouriers(options.extras ?? null, {
      carrier: stores.couriers.ownCarrier,
      reschedule: (tenant, wanted) => stores.couriers.work.reschedule(tenant, wanted),
    }),
    policy: await readPolicyFile(`${PROJECT_ROOT}config/exception-policy.yaml`),
  };
  const exceptions = createExceptions(exceptionsDeps);
  const worker = startInboxWorker({
    pipeline: { ...tracking, log, metrics: createPipelineMetrics(stores.metrics) },
  });
  inbox.onStored(() => worker.wake());
  // Receivers of tests listen on loopback.
  const egress = createEgress({ allow: ['127.0.0.0/8'] });
  const hub: { readiness: Readiness } = { readiness: { notReady: [], degraded: [] } };
  const { shopStandIn: standIn } = options;
  const reception = await testShops(stores, { egress, publicUrl, ...(standIn && { standIn }) });
  const parts: TestParts = {
    ...(await routeParts(stores, options, { egress, exceptions, publicUrl })),
    ...reception,
    readiness: async () => hub.readiness,
  };
  const http = createHttp({ ...parts, publicRoutes: options.publicRoutes?.(parts) ?? [] });
  const described = watchAnswers(http.server, http.routes);
  place.url = (await http.listen('127.0.0.1', 0)).origin;

  return Object.assign(hub, {
    ...stores,
    shops: reception.shops,
    egress,
    url: place.url,
    databaseUrl: stores.testDatabase.url,
    exceptions,
    members: parts.members,
    exceptionsDeps,
    routes: http.routes,
    log: () => stores.lines.join(''),
    newKey: (wanted: NewKey = {}) => newKey(db, clock, wanted),
    settled: async () => {
      await stores.facilities.refresh();
      await stores.scanners.flush();
      await inbox.drained();
      await worker.idle();
    },
    workExceptions: async () => {
      const consumer = startExceptions({ ...exceptionsDeps, listener: { on: () => () => {} } });
      await consumer.idle();
      await consumer.stop();
    },
    runJobs: async () => {
      const { context } = tracking;
      // A job checks again for input received while it ran, and reads the elapsed time from the
      // clock.
      const wait = async (ms: number) => clock.advance(ms);
      const jobs = startJobWorker({ db, mappings, context, clock, wait, listener: null, log });
      await jobs.idle();
      await jobs.stop();
    },
    close: async () => {
      egress.close();
      await stores.backlog?.stop();
      await stores.couriers.streams.stop();
      for (const end of stores.ends) end();
      await stores.ways.stop();
      await stores.listener?.close();
      await stores.positions.stop();
      await stores.facilities.close();
      await mappings.close();
      await closeAll(http, worker, db, stores.testDatabase);
      rmSync(stores.blobFolder, { recursive: true });
      const missing = [...described.undescribed].join(', ');
      if (missing !== '') throw new Error(`answers that /openapi.json does not name: ${missing}`);
    },
  });
}

/** Merchants' shops, and what receives their webhooks. */
async function testShops(
  stores: Stores,
  how: Pick<ShopsDeps, 'publicUrl' | 'standIn'> & { readonly egress: Egress },
) {
  const { db, clock, keyring, inbox, log } = stores;
  const platforms = await loadPlatforms();
  const machines = { db, clock, keyring, randomBytes: systemRandom };
  const { egress } = how;
  const shops = createShops({ ...machines, ...how, platforms });
  const shopReception = createShopReception({
    ...{ shops, egress, inbox, clock, log },
    backlog: { ask: () => ({ admit: true }) },
    count: () => {},
  });
  return { shops, shopReception };
}

type Stores = Awaited<ReturnType<typeof openStores>>;

/** The database and everything that uses it, opened before any HTTP request. */
async function openStores(options: TestHubOptions, publicUrl: () => string) {
  const { shared } = options;
  const testDatabase =
    shared === undefined
      ? await createTestDatabase()
      : { url: shared.databaseUrl, drop: async () => {} };
  const db = shared?.db ?? openDatabase({ url: testDatabase.url });
  const clock = shared?.clock ?? manualClock(TEST_NOW_MS);
  const lines: string[] = [];
  const log = createLog({ level: 'debug', destination: sinkOf(lines) });
  const adapters = await loadAdapters();
  const keyring = options.keyring ?? createKeyring([new Uint8Array(32).fill(7)], systemRandom);
  const sealer = createEnvelopeSealer(keyring);
  const machines = { db, keyring, sealer, clock, randomBytes: systemRandom };
  const inbox = createInbox(machines);
  const blobFolder = mkdtempSync(path.join(os.tmpdir(), 'waybill-hub-'));
  const blobs = openLocalBlobs(blobFolder);
  const mappings = await openTestMappings(db, adapters, clock, log);
  const facilities = await openFacilitiesInMemory({ db, log });
  const backlog =
    options.backlog === undefined
      ? null
      : watchBacklog({
          db: db.pipeline,
          clock,
          log,
          limits: options.backlog,
          unwrittenMs: () => inbox.unwrittenMs(),
          unwritten: () => inbox.unwritten(),
          loopLagMs: () => 0,
          crowded: () => false,
          random: () => 0.5,
        });
  const opened = {
    testDatabase,
    db,
    clock,
    lines,
    log,
    metrics: createMetrics({ processMetrics: false }),
    adapters,
    keyring,
    inbox,
    backlog,
    accounts: createAccounts(machines),
    handshakes: createHandshakes(machines),
    blobFolder,
    mailboxFolder: path.join(blobFolder, 'mailbox'),
    blobs,
    proofs: createProofs({ ...machines, blobs }),
    mappings,
    tracking: trackingDeps(db, sealer, adapters, mappings, clock, {
      publicUrl,
      announcesDatesSeparately: options.announcesDatesSeparately ?? false,
      facilityOf: facilities.facilityOf,
    }),
    facilities,
    scanners: createScanners({ ...machines, log }),
  };
  const listener = options.listens === true ? openListener({ url: testDatabase.url }) : null;
  // Without a listener, nothing is ever signalled.
  const signals = listener ?? { on: () => () => {} };
  const scans = testScans({ ...opened, db, clock, facilityOf: facilities.facilityOf });
  const positions = await testPositions({
    ...{ db, clock, log, metrics: opened.metrics },
    databaseUrl: testDatabase.url,
  });
  const couriers = testCouriers({
    machines: { db, keyring, clock, randomBytes: systemRandom },
    ...{ adapters, tracking: opened.tracking, intake: scans.intake, log },
    listener: signals,
    async placesOf(tenant, ids) {
      const found = await positions.places.find(tenant, ids);
      return new Map([...found].map(([id, { position }]) => [id, position]));
    },
  });
  const ways = watchRoutes({
    ...{ db, keyring, clock, log, timers: systemTimers },
    ...{ places: positions.places, feed: positions.feed },
    listener: signals,
  });
  const { deliveries } = couriers;
  /** Call these before the server is closed. */
  const ends: (() => void)[] = [];
  return {
    ...opened,
    scans,
    couriers,
    positions,
    ways,
    deliveries,
    listener,
    signals,
    ends,
  };
}

/** Parts that announce changes of parcels to open pages, if the hub listens to its database. */
function liveUpdates({ db, signals, log, ends }: Stores, { listens }: TestHubOptions) {
  const onStop = (end: () => void) => void ends.push(end);
  if (listens !== true) return { onStop };
  const source = databaseUpdates(db);
  const fanOut = createFanOut({ source, listener: signals, timers: systemTimers, log });
  onStop(() => void fanOut.close());
  return { onStop, liveParcels: { fanOut, timers: systemTimers } };
}

interface SharedParts {
  readonly egress: Egress;
  readonly exceptions: Exceptions;
  readonly publicUrl: () => string;
}

/** Dependencies of the routes, except the state for `/readyz`. */
async function routeParts(
  stores: Stores,
  options: TestHubOptions,
  { egress, exceptions, publicUrl }: SharedParts,
): Promise<Omit<TestParts, 'readiness'>> {
  const { db, clock, tracking, keyring, log, adapters, accounts, handshakes, inbox } = stores;
  const { eddModel, credentialCheck, hotInFront, notFoundPage } = options;
  const channels = await openChannels({
    db,
    keyring,
    clock,
    randomBytes: systemRandom,
    log,
    egress,
    data: stores.blobFolder,
    file: options.channelsFile ?? `${PROJECT_ROOT}config/channels.yaml`,
    env: options.env ?? {},
    publicUrl,
  });
  const live = openLive({
    ...{ keys: { db, clock, randomBytes: systemRandom }, timers: systemTimers, tracking, log },
    ...{ positions: stores.positions, ways: stores.ways, publicUrl, clock },
    listener: stores.signals,
    ...{ ownCarrier: stores.couriers.ownCarrier, spellings: spellingsOf(adapters) },
  });
  stores.ends.push(() => live.stop());
  const policy = await readPredictionPolicy(`${PROJECT_ROOT}config/prediction.yaml`);
  const predictionTerms = openTerms(policy);
  const core = {
    tracking,
    adapters,
    publicUrl,
    keys: { db, clock, randomBytes: systemRandom },
    proving: { blobs: stores.blobs, images: createImageCleaner() },
    checkUrl: (target, how) => egress.checkUrl(target, how),
  } satisfies Partial<FleetHttpDeps>;
  const couriers: FleetParts = {
    ...stores.couriers,
    couriers: testShifts(stores.couriers.couriers, stores.positions),
    positions: stores.positions,
    ways: stores.ways,
    live,
    deliveries: stores.deliveries,
    planner: testPlanner(),
  };
  return {
    ...core,
    db,
    members: testMembers({ db, clock, keyring }),
    accounts,
    proofs: stores.proofs,
    downloads: { store: openFolderStore({ folder: stores.blobFolder }), keyring, clock },
    scans: stores.scans,
    couriers,
    fleet: createFleetHttp({ ...core, ...couriers, keyring }),
    ...{ retention: readConfig({}).retention, isDatabaseEmbedded: true },
    drops: createDrops({
      ...{ db, places: [], merchants: createMerchantFolders(db.pipeline, clock) },
      ...options.drops,
    }),
    polling: options.polling ?? null,
    extras: options.extras ?? null,
    ...(credentialCheck === undefined ? {} : { credentialCheck }),
    mappings: stores.mappings,
    webhooks: webhookParts(stores, egress),
    egress,
    feed: createEventFeed({ db, keyring, read: readEntry }),
    promises: openPromises(predictionTerms, () => eddModel?.current()?.learner ?? null),
    predictionTerms,
    ...(eddModel === undefined ? {} : { eddModel }),
    templating: testTemplating(db, clock),
    mailbox: openMailboxView(stores.mailboxFolder),
    notifications: testNotifying({
      ...{ db, tracking, keyring, clock, log },
      channelsOf: channels.channelsOf,
    }),
    exceptions,
    channels,
    ...liveUpdates(stores, options),
    carrierEndpoint: createCarrierEndpoint({
      adapter: (carrier) => adapters.get(carrier) ?? null,
      deploymentSecrets: () => [TEST_WEBHOOK_SECRET],
      headerName: () => undefined,
      account: (carrier, id) => accounts.forWebhook(carrier, id),
      rooms: createBodyRooms(adapters.list().map(({ manifest }) => manifest.name)),
      publicKeys: { find: async (sources) => sources.map((each) => keyPairAt(each).publicKey) },
      backlog: stores.backlog ?? { ask: () => ({ admit: true }) },
      ...{ inbox, handshakes, clock, log },
      count: () => {},
    }),
    ...{ merchantApi: true, log, metrics: stores.metrics },
    ...(options.load === undefined ? {} : { load: options.load }),
    moves: options.moves?.(core) ?? NO_MOVES,
    ...(options.map === undefined ? {} : { map: options.map }),
    trustedProxies: options.trustedProxies ?? [],
    metricsToken: options.metricsToken ?? null,
    ...(hotInFront === undefined ? {} : { hotInFront }),
    ...(notFoundPage === undefined ? {} : { notFoundPage }),
  };
}

const NO_MOVES: Moves = { find: async () => null, start: async () => false, stop: async () => {} };

function webhookParts(
  { db, keyring, clock, tracking, adapters }: Stores,
  egress: SharedParts['egress'],
): TestParts['webhooks'] {
  return {
    ...{ db, keyring, clock, randomBytes: systemRandom },
    post: (it) => egress.post(it),
    formats: createWebhookFormats(tracking, adapters),
  };
}

function trackingDeps(
  db: Database,
  sealer: TrackingDeps['sealer'],
  adapters: AdapterRegistry,
  mappings: ActiveMappings,
  clock: ManualClock,
  more: {
    readonly publicUrl: () => string;
    readonly announcesDatesSeparately: boolean;
    readonly facilityOf: FacilityOf;
  },
): TrackingDeps {
  const messages = messagesIn('en').status;
  return createTracking({
    db,
    sealer,
    people: createPeopleHashes(Buffer.alloc(32, 8)),
    adapter: (carrier) => adapters.get(carrier) ?? null,
    mapping: (carrier) => mappings.current(carrier),
    forMerchant: (base, merchantId) => mappings.forMerchant(base, merchantId),
    mappingOf: (carrier, version) => mappings.load(carrier, version),
    describe: (reading) => describe(messages, reading),
    clock,
    randomBytes: systemRandom,
    ...more,
  });
}

function testMembers(around: Pick<MembersDeps, 'db' | 'clock' | 'keyring'>): MembersDeps {
  const passwords = createPasswords(systemRandom, { logN: 8, r: 8, p: 1 });
  return { ...around, passwords, randomBytes: systemRandom, mailKey: Buffer.alloc(32, 9) };
}

/** The shipped mapping files, active as in every process. */
async function openTestMappings(
  db: Database,
  adapters: AdapterRegistry,
  clock: ManualClock,
  log: Logger,
): Promise<ActiveMappings> {
  const carriers = adapters.list().map(({ manifest }) => manifest);
  const folder = `${PROJECT_ROOT}config/carrier-mappings`;
  const compile = compileWithCache(openResultCache());
  const packaged = packagedMappings(adapters);
  const files = await openMappingFiles({ folder, packaged, carriers, compile, watch: 'off' });
  return openActiveMappings({ db, files, carriers, listener: null, clock, log });
}

async function newKey(db: Database, clock: ManualClock, wanted: NewKey) {
  const slug = wanted.merchant ?? 'acme';
  const merchant = await ensureMerchant(db.pipeline, { id: crypto.randomUUID(), slug, name: slug });
  const tenant: Tenant = { merchantId: merchant.id, mode: wanted.mode ?? 'test' };
  const made = await createApiKey({ db, clock, randomBytes: systemRandom }, tenant, {
    name: 'a test key',
    scopes: wanted.scopes ?? ['admin'],
  });
  return { ...made, tenant };
}

async function closeAll(
  http: { close(idleMs: number): Promise<void> },
  worker: InboxWorker,
  db: Database,
  testDatabase: { drop(): Promise<void> },
): Promise<void> {
  await http.close(0);
  await worker.stop();
  await db.end();
  await testDatabase.drop();
}

function sinkOf(lines: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString('utf8'));
      done();
    },
  });
}
