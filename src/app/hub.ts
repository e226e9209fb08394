import type { CarrierAdapter, ScanDesk } from '../adapters/contract/contract.ts';
import {
  type LoadedRegistry,
  loadAdapters,
  packagedMappings,
  type Registry,
} from '../adapters/index.ts';
import type { Event } from '../events/event.ts';
import { readEntry } from '../events/read-entry.ts';
import { createWebhookFormats } from '../http/compat/webhook-formats.ts';
import {
  type AccountCaps,
  type Accounts,
  createAccounts,
  createHandshakes,
  createInbox,
  createProofs,
  createScanIntake,
  createScanners,
  type FacilitiesInMemory,
  type Handshakes,
  type Inbox,
  openFacilitiesInMemory,
  type Proofs,
  type ScanIntake,
  type Scanners,
  scanCounter,
} from '../intake/index.ts';
import {
  type ApiKeysDeps,
  createPasswords,
  MEMBERS_KEY,
  type MembersDeps,
} from '../merchants/index.ts';
import {
  compileWithCache,
  describe,
  type MappingFilesOptions,
  openMappingFiles,
} from '../normalization/index.ts';
import { openArchive } from '../platform/archives/parquet.ts';
import { type Blobs, openBlobs } from '../platform/blobs.ts';
import { openResultCache } from '../platform/cached-results.ts';
import { createEventFeed, type EventFeed } from '../platform/event-log/event-feed.ts';
import { createImageCleaner, type ImageCleaner } from '../platform/images/clean-image.ts';
import type { Machines } from '../platform/machines.ts';
import { checkMessages, messagesIn } from '../platform/messages/catalogue.ts';
import { createEgress, type Egress } from '../platform/net/egress.ts';
import type { ObjectStore } from '../platform/objects/object-store.ts';
import { type Objects, openObjects } from '../platform/objects/open-objects.ts';
import { type SharedFiles, shareFiles } from '../platform/objects/shared-files.ts';
import { hashKey } from '../platform/sealing/hash-key.sql.ts';
import { createEnvelopeSealer } from '../platform/sealing/sealing.ts';
import { type Config, ConfigError, carrierSettingName } from '../platform/settings/config.ts';
import type { WebhookDeps } from '../reactions/merchant-webhooks/index.ts';
import { createShops, loadPlatforms, type Shops, withSandboxShops } from '../shops/index.ts';
import { type ActiveMappings, openActiveMappings } from '../tracking/ports/mappings.ts';
import { createFindRecorded, createPeopleHashes, PEOPLE_KEY } from '../tracking/ports/running.ts';
import { createTracking, type TrackingDeps } from '../tracking/ports/shipments.ts';
import { composeDrops, type DropParts } from './drops.ts';
import { loadFence } from './fence-restored.ts';
import { type Fleet, openFleet } from './fleet.ts';
import { leftOutText, loadCarriers } from './installed-carriers.ts';
import { openTemplating, type Templating } from './message-templates.ts';

/**
 * What all roles share: carriers, mappings, texts, and the deciding parts bound to the
 * infrastructure.
 */
export interface Hub {
  readonly registry: LoadedRegistry;
  readonly adapter: (carrier: string) => CarrierAdapter | null;
  readonly mappings: ActiveMappings;
  readonly inbox: Inbox;
  /** Null if no installed carrier's parcels are scanned by merchants. */
  readonly scans: Scans | null;
  /** The merchant's own couriers; null: switched off, or no carrier for their parcels. */
  readonly fleet: Fleet | null;
  readonly drops: DropParts;
  /** Merchants' shops, and what calls them. */
  readonly shops: Shops;
  readonly shopEgress: Pick<Egress, 'send'>;
  readonly accounts: Accounts;
  readonly handshakes: Handshakes;
  readonly objects: Objects;
  /** Where ended parcels are archived; null: nowhere. */
  readonly archive: ObjectStore | null;
  readonly blobs: Blobs;
  /** Null: whoever has the database has the files. */
  readonly sharedFiles: SharedFiles | null;
  readonly proofs: Proofs;
  readonly images: ImageCleaner;
  readonly apiKeys: ApiKeysDeps;
  /** The people who work for merchants. */
  readonly members: MembersDeps;
  readonly tracking: TrackingDeps;
  /** The only client for URLs that others gave us. */
  readonly egress: Egress;
  /** The API's access to merchants' endpoints. */
  readonly webhooks: WebhookDeps;
  readonly feed: EventFeed<Event>;
  /** Writes the texts of messages to people. */
  readonly templating: Templating;
}

const DAY_MS = 86_400_000;

/**
 * Checks mappings and texts at a first start, while PostgreSQL starts: this takes two seconds, and
 * `composeHub` and the work process then find the results in the cache. Faults are left to
 * `composeHub` to report.
 */
export async function warmFiles(config: Config): Promise<void> {
  const cache = openResultCache();
  const key = ['files were warmed'];
  if (!cache.isOpen || cache.read(key) !== undefined) return;
  try {
    checkMessages();
    const registry = await loadAdapters();
    const files = await openMappingFiles({
      ...mappingFilesOptions(config, registry),
      watch: 'off',
    });
    files.close();
    cache.store(key, true);
  } catch {
    // composeHub will find and report the fault again.
  }
}

function mappingFilesOptions(config: Config, registry: Registry): MappingFilesOptions {
  return {
    folder: config.mappings,
    overlay: config.mappingsOverlay ?? undefined,
    packaged: packagedMappings(registry),
    carriers: registry.list().map(({ manifest }) => manifest),
    compile: compileWithCache(openResultCache()),
  };
}

/** What is known only once the ports are bound, so it is passed as functions. */
export interface HubSurroundings {
  /** The hub's public URL, without a slash at the end. */
  readonly publicUrl: () => string;
  /** Where the built-in sandbox simulates a carrier or a shop's host; null if it does not. */
  readonly sandboxOrigin: (name: string) => string | null;
}

/** Loads what the hub needs besides its infrastructure. Rejects with a list of faults. */
export async function composeHub(machines: Machines, around: HubSurroundings): Promise<Hub> {
  const { publicUrl } = around;
  const { config, clock, random, keyring, database: db, shutdown, log, listener } = machines;
  const registry = await loadCarriers(config, machines);
  for (const each of registry.leftOut) log.error({ carrier: each.carrier }, leftOutText(each));
  const adapter = (carrier: string) => registry.get(carrier) ?? null;
  const names = registry.list().map(({ manifest }) => manifest.name);
  const carriers = registry.list().map(({ manifest }) => manifest);
  const files = await openMappingFiles(mappingFilesOptions(config, registry));
  shutdown.onStop('mapping files', () => files.close());
  const mappings = await openActiveMappings({ db, files, carriers, listener, clock, log });
  shutdown.onStop('mappings', () => mappings.close());
  const facilities = await openFacilitiesInMemory({ db, listener, log });
  shutdown.onStop('facilities', () => facilities.close());
  checkMessages();
  const messages = messagesIn('en').status;
  const sealer = createEnvelopeSealer(keyring);
  const objects = await openObjects({ config, keyring, clock, publicUrl });
  shutdown.onStop('objects', async () => objects.store.close());
  const archive = config.archive === null ? null : await openArchive(config.archive);
  shutdown.onStop('archive', async () => archive?.close());
  const sharedFiles = await shareFiles(machines);
  const olderStore = config.s3 === null ? null : objects.local;
  const blobs = openBlobs({ store: objects.store, olderStore, shared: sharedFiles });
  const egress = createEgress({ allow: config.egressAllow });
  shutdown.onStop('egress', () => egress.close());
  const tracking = createTracking({
    db,
    sealer,
    people: createPeopleHashes(await hashKey(db.pipeline, keyring, random, PEOPLE_KEY)),
    adapter,
    mapping: (carrier) => mappings.current(carrier),
    forMerchant: (base, merchantId) => mappings.forMerchant(base, merchantId),
    mappingOf: (carrier, version) => mappings.load(carrier, version),
    facilityOf: facilities.facilityOf,
    describe: (reading) => describe(messages, reading),
    clock,
    randomBytes: random,
    lookbackMs: config.instanceLookbackDays * DAY_MS,
    announcesDatesSeparately: true,
    fence: await loadFence(db),
    publicUrl,
  });
  const shopParts = await openShops(machines, egress, around);
  const templating = await openTemplating({
    ...{ db, clock, registry, tracking, publicUrl, orderOf: shopParts.shops.orderOf },
  });
  const inbox = createInbox({
    db,
    sealer,
    clock,
    randomBytes: random,
    onRefused: machines.writeFailures.onRefused,
  });
  const scans = composeScans(machines, { registry, adapter, inbox, facilities });
  return {
    registry,
    adapter,
    mappings,
    inbox,
    scans,
    fleet:
      scans === null || !config.fleet ? null : openFleet(machines, { tracking, scans, publicUrl }),
    drops: await composeDrops(machines),
    ...shopParts,
    accounts: createAccounts({
      ...{ db, keyring, clock, randomBytes: random },
      operatorCaps: operatorCaps(config, [
        ...names,
        ...registry.leftOut.map(({ carrier }) => carrier),
      ]),
    }),
    handshakes: createHandshakes({ db, keyring, clock, randomBytes: random }),
    objects,
    archive,
    blobs,
    sharedFiles,
    proofs: createProofs({ db, blobs, sealer, clock, randomBytes: random }),
    images: createImageCleaner(),
    apiKeys: { db, clock, randomBytes: random },
    members: {
      db,
      clock,
      keyring,
      randomBytes: random,
      passwords: createPasswords(random),
      mailKey: await hashKey(db.pipeline, keyring, random, MEMBERS_KEY),
    },
    tracking,
    egress,
    webhooks: {
      ...{ db, keyring, clock, randomBytes: random },
      post: (request) => egress.post(request),
      formats: createWebhookFormats(tracking, registry),
    },
    feed: createEventFeed({ db, keyring, read: readEntry }),
    templating,
  };
}

/** Merchants' shops, on the platforms of this installation. */
async function openShops(
  { config, database: db, keyring, clock, random: randomBytes, shutdown }: Machines,
  guard: Egress,
  around: HubSurroundings,
): Promise<Pick<Hub, 'shops' | 'shopEgress'>> {
  const platforms = await loadPlatforms();
  const loopback = createEgress({ allow: ['127.0.0.0/8', '::1/128'] });
  shutdown.onStop('egress to sandbox shops', () => loopback.close());
  const shopEgress = withSandboxShops(guard, loopback, () =>
    [...platforms.keys()].flatMap((each) => around.sandboxOrigin(each) ?? []),
  );
  const standIn = (platform: string, url: string) =>
    config.carrierUrls.get(carrierSettingName(platform)) ?? around.sandboxOrigin(new URL(url).host);
  const machines = { db, keyring, clock, randomBytes };
  const shops = createShops({ ...machines, ...around, egress: shopEgress, platforms, standIn });
  return { shops, shopEgress };
}

type ScanMachines = Pick<
  Machines,
  'database' | 'keyring' | 'clock' | 'random' | 'log' | 'metrics'
> & {
  readonly shutdown: Pick<Machines['shutdown'], 'onStop'>;
};

/** Scans of the merchant's own parcels. */
interface Scans {
  readonly intake: ScanIntake;
  readonly scanners: Scanners;
  /** The carrier of these parcels. */
  readonly own: OwnAdapter;
}

interface ScanParts {
  readonly registry: Registry;
  readonly adapter: (carrier: string) => CarrierAdapter | null;
  readonly inbox: Pick<Inbox, 'store'>;
  readonly facilities: Pick<FacilitiesInMemory, 'facilityOf'>;
}

/** Builds the intake of scans; null if no installed carrier's parcels are scanned by merchants. */
function composeScans(
  { database: db, keyring, clock, random, log, metrics, shutdown }: ScanMachines,
  { registry, adapter, inbox, facilities }: ScanParts,
): Scans | null {
  const own = registry.list().find(isScanned);
  if (own === undefined) return null;
  const scanners = createScanners({ db, keyring, clock, randomBytes: random, log });
  shutdown.onStop('figures of scanners', () => scanners.flush());
  const intake = createScanIntake({
    own,
    adapter,
    inbox,
    scanners,
    clock,
    facilityOf: facilities.facilityOf,
    recorded: createFindRecorded(db),
    count: scanCounter(metrics),
  });
  return { intake, scanners, own };
}

type OwnAdapter = CarrierAdapter & { readonly scans: ScanDesk };

function isScanned(adapter: CarrierAdapter): adapter is OwnAdapter {
  return adapter.scans !== undefined;
}

const PREFIX = 'WAYBILL_CARRIER_CALLS_';

/**
 * The operator's limit on calls for every account of a carrier. Throws `ConfigError` for a limit on
 * a carrier that is not installed: a misspelt one would limit nothing, and calls cost.
 */
export function operatorCaps(
  { carrierCalls }: Pick<Config, 'carrierCalls'>,
  carriers: readonly string[],
): (carrier: string) => AccountCaps | undefined {
  const names = carriers.map(carrierSettingName).sort();
  const faults = [...carrierCalls.keys()]
    .filter((name) => !names.includes(name))
    .map((name) => ({
      setting: `${PREFIX}${name}`,
      expected: `expected ${PREFIX} followed by one of ${names.join(', ')}`,
      found: `"${name}"`,
    }));
  if (faults.length > 0) throw new ConfigError(faults);
  return (carrier) => carrierCalls.get(carrierSettingName(carrier));
}
