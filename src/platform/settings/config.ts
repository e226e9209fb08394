import { z } from 'zod';
import type { ArchivePlace } from '../archives/parquet.ts';
import { englishIssue } from '../messages/error-text.ts';
import type { VroomServer } from '../net/vroom-server.ts';
import type { S3Settings } from '../objects/s3-store.ts';
import type { LogFormat } from '../observability/log.ts';
import { KAFKA_SETTINGS, type KafkaSettings, kafkaFaults, kafkaOf } from './kafka.ts';
import {
  type GeocodingServer,
  geocodingServerOf,
  type MapSource,
  mapFaults,
  mapOf,
  type RoadServer,
  roadFaults,
  roadServerOf,
} from './map-servers.ts';
import { poolerFaults } from './pooler.ts';
import { type Retention, readRetention } from './retention.ts';
import { dropsOf, objectsFolder, s3Faults, s3Of, s3ServerOf } from './s3.ts';
import { isTracingOff, TRACING_SETTINGS, type TracingSettings, tracingOf } from './tracing.ts';
import type { CallCaps, Rate, Role } from './values.ts';
import * as value from './values.ts';
import { readSettings, type SettingEntry } from './yaml-settings.ts';

export type { Rate, Role };

/** How each setting's text is parsed; the names are those of config/defaults.yaml. */
const SETTINGS = z.object({
  PORT: value.port,
  HOST: value.host,
  WAYBILL_PUBLIC_URL: value.publicUrl.nullable(),
  WAYBILL_TRUSTED_PROXIES: value.addresses,
  WAYBILL_DATA: value.folder,
  WAYBILL_ROLES: value.roles,
  WAYBILL_WORK_PROCESS: value.onOrOff,
  DATABASE_URL: value.postgresUrl.nullable(),
  DATABASE_POOLER_URL: value.postgresPoolerUrl.nullable(),
  DATABASE_READ_URL: value.postgresReadUrl.nullable(),
  DATABASE_READ_MAX_LAG_S: value.readLagS,
  REDIS_URL: value.redisUrl.nullable(),
  REDIS_SENTINEL_NAME: value.redisName.nullable(),
  WAYBILL_REDIS: value.onOrOff,
  ...KAFKA_SETTINGS,
  WAYBILL_OBJECTS: value.folder.nullable(),
  S3_BUCKET: value.bucket.nullable(),
  S3_PREFIX: value.keyPrefix,
  S3_ENDPOINT: value.publicUrl.nullable(),
  S3_REGION: value.region,
  S3_ACCESS_KEY_ID: value.token.nullable(),
  S3_SECRET_ACCESS_KEY: value.token.nullable(),
  WAYBILL_DROPS: value.folder.nullable(),
  WAYBILL_DROPS_S3: value.bucketUrl.nullable(),
  WAYBILL_SANDBOX: value.onOrOff,
  WAYBILL_DEMO: value.demo,
  WAYBILL_FLEET: value.onOrOff,
  WAYBILL_POLLING_POLICY: value.pollingPolicy,
  WAYBILL_POLLING_FLOOR_MINUTES: value.pollingFloorMinutes,
  WAYBILL_POLLING_CEILING_HOURS: value.pollingCeilingHours,
  WAYBILL_BOOTSTRAP_KEY: value.bootstrapKey.nullable(),
  WAYBILL_MAPPINGS: value.folderShipped('config/carrier-mappings'),
  WAYBILL_MAPPINGS_OVERLAY: value.folder.nullable(),
  WAYBILL_ADAPTERS: value.list,
  WAYBILL_NOTIFICATION_RULES: value.folderShipped('config/notification-rules.yaml'),
  WAYBILL_CHANNELS: value.folderShipped('config/channels.yaml'),
  WAYBILL_EXCEPTION_POLICY: value.folderShipped('config/exception-policy.yaml'),
  WAYBILL_PREDICTION: value.folderShipped('config/prediction.yaml'),
  ROADS_ENGINE: value.roadEngine.nullable(),
  ROADS_URL: value.publicUrl.nullable(),
  ROADS_TIMEOUT_MS: value.roadTimeoutMs,
  VROOM_URL: value.publicUrl.nullable(),
  VROOM_TIMEOUT_MS: value.roadTimeoutMs,
  GEO_ENGINE: value.geocoder.nullable(),
  GEO_URL: value.publicUrl.nullable(),
  GEO_POSTCODES: value.folder.nullable(),
  WAYBILL_MAP: value.folder.nullable(),
  WAYBILL_MAP_STYLE: value.mapStyle.nullable(),
  WAYBILL_MAP_CREDIT: value.mapCredit.nullable(),
  WAYBILL_MASTER_KEY: value.masterKey.nullable(),
  WAYBILL_MASTER_KEY_FILE: value.folder.nullable(),
  WAYBILL_METRICS_TOKEN: value.token.nullable(),
  WAYBILL_PUBLIC_RATE: value.rate,
  WAYBILL_BACKLOG_MAX_S: value.backlogSeconds,
  WAYBILL_BACKLOG_MAX: value.backlogCount,
  WAYBILL_EGRESS_ALLOW: value.addresses,
  WAYBILL_INSTANCE_LOOKBACK_DAYS: value.days,
  WAYBILL_CACHE_PURGE: value.folder.nullable(),
  WAYBILL_RETENTION: z.string(),
  WAYBILL_ARCHIVE: value.archivePlace,
  LOG_LEVEL: value.logLevel,
  LOG_FORMAT: value.logFormat.nullable(),
  ...TRACING_SETTINGS,
});

/** The prefix of settings with one value per carrier: the name ends with the carrier. */
const SECRET_PREFIX = 'WAYBILL_WEBHOOK_SECRET_';
const HEADER_PREFIX = 'WAYBILL_WEBHOOK_HEADER_';
const CARRIER_URL_PREFIX = 'WAYBILL_CARRIER_URL_';
const CARRIER_CALLS_PREFIX = 'WAYBILL_CARRIER_CALLS_';
const PREFIXES = [SECRET_PREFIX, HEADER_PREFIX, CARRIER_URL_PREFIX, CARRIER_CALLS_PREFIX] as const;

export const SETTING_NAMES: readonly string[] = [
  ...Object.keys(SETTINGS.shape),
  ...PREFIXES.map((prefix) => `${prefix}<CARRIER>`),
];

/** All settings, parsed; config/defaults.yaml says what each is for. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Without a slash at the end. */
  readonly publicUrl: string | null;
  readonly trustedProxies: readonly string[];
  readonly data: string;
  /** The folder of photos and proofs. */
  readonly objects: string;
  readonly roles: readonly Role[];
  /** Whether worker and poller run in a child process of the one that answers. */
  readonly workProcess: boolean;
  readonly databaseUrl: string | null;
  /** PgBouncer in front of `databaseUrl`, for transactions; null if there is none. */
  readonly databasePoolerUrl: string | null;
  readonly databaseReadUrl: string | null;
  /** How far behind the primary the replica for public look-ups may be. */
  readonly databaseReadLagS: number;
  readonly redisUrl: string | null;
  /** The name of the master if `redisUrl` names Sentinels; null if not. */
  readonly redisSentinelName: string | null;
  /** False: no Redis found on the PATH is started. */
  readonly redisPrivate: boolean;
  /** The brokers, and the topics to write; null: Kafka is not used. */
  readonly kafka: KafkaSettings | null;
  /** The bucket for files; null: they are in `objects`. */
  readonly s3: S3Settings | null;
  /** The server of buckets that a command names, such as for backups. */
  readonly s3Server: Pick<S3Settings, 'region' | 'endpoint' | 'credentials'>;
  /** Where scanners drop files; null: no such folder, or no such bucket. */
  readonly drops: { readonly folder: string | null; readonly s3: S3Settings | null };
  /** Whether there are sandbox carriers and their demo parcels. */
  readonly sandbox: boolean;
  /** Whether there is a demo history; `auto`: on the first start of a hub on trial. */
  readonly demo: 'auto' | 'on' | 'off';
  /** Whether own couriers are supported: their API, pages, app and background work. */
  readonly fleet: boolean;
  readonly pollingPolicy: 'adaptive' | 'fixed' | 'flat';
  /** The shortest and the longest pause between two polls of a parcel. */
  readonly pollingFloorS: number;
  readonly pollingCeilingS: number;
  readonly bootstrapKey: string | null;
  readonly mappings: string;
  readonly mappingsOverlay: string | null;
  /** The packages that add carriers, besides those that `waybill carrier add` installed. */
  readonly adapters: readonly string[];
  /** The file that defines who is notified of what. */
  readonly notificationRules: string;
  /** The file that defines which problems of a parcel open a case. */
  readonly exceptionPolicy: string;
  /** The file with the settings of predictions. */
  readonly prediction: string;
  /** The server for drive times, in addition to our own ones; null: none. */
  readonly roads: RoadServer | null;
  /** The server that orders planned stops; null: our own search. */
  readonly vroom: VroomServer | null;
  /** The geocoders: a server, and the file of postal codes; null: none. */
  readonly geocoding: {
    readonly server: GeocodingServer | null;
    readonly postalCodes: string | null;
  };
  /** The file that defines the channels of notifications. */
  readonly channels: string;
  readonly masterKey: string | null;
  readonly masterKeyFile: string | null;
  readonly metricsToken: string | null;
  /** The source of the maps' streets; null: those that ship. */
  readonly map: MapSource | null;
  readonly publicRate: Rate | null;
  /** The longest expected wait of a push until it is processed, and the most that may wait. */
  readonly backlog: { readonly waitMsMax: number; readonly countMax: number };
  /** Addresses that URLs of others may lead to although they are not public. */
  readonly egressAllow: readonly string[];
  readonly instanceLookbackDays: number;
  /** Where ended parcels are archived before they are deleted; null: not at all. */
  readonly archive: ArchivePlace | null;
  /** How long each kind of data is retained. */
  readonly retention: Retention;
  /**
   * The file that lists the shared caches in front of us; null: there are none that accept purges.
   */
  readonly cachePurge: string | null;
  readonly logLevel: string;
  /** Null: text on a terminal, JSON elsewhere. */
  readonly logFormat: LogFormat | null;
  /** Where spans are sent; null: tracing is off. */
  readonly tracing: TracingSettings | null;
  /** The accepted secrets by carrier in upper snake case (`MY_CARRIER`). */
  readonly webhookSecrets: ReadonlyMap<string, readonly string[]>;
  /** The lower-case header that carries the secret, by carrier in upper snake case. */
  readonly webhookHeaders: ReadonlyMap<string, string>;
  /** The URL that replaces the production URL, by carrier in upper snake case. */
  readonly carrierUrls: ReadonlyMap<string, string>;
  /** The most calls that each account may make, by carrier in upper snake case. */
  readonly carrierCalls: ReadonlyMap<string, CallCaps>;
  /** Sentences about settings that are probably a mistake; none stops the start. */
  readonly warnings: readonly string[];
  /** The folders in which programs are searched: PATH, unchanged. */
  readonly searchPath: string;
}

/** A setting that cannot be used. */
export interface ConfigFault {
  readonly setting: string;
  /** The value found, hidden if it is a secret. */
  readonly found: string;
  readonly expected: string;
}

/** All unusable settings at once, so that they can be fixed together. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly ConfigFault[];
  constructor(faults: readonly ConfigFault[]) {
    const lines = faults.map(
      ({ setting, found, expected }) => `  ${setting}: ${expected}; found ${found}`,
    );
    super(`These settings cannot be used:\n${lines.join('\n')}`);
    this.faults = faults;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads all settings. An empty variable counts as not set. Throws `ConfigError`. */
export function readConfig(env: Environment): Config {
  const entries = readSettings();
  const given = new Map<string, string>();
  for (const [name, text] of Object.entries(env)) {
    if (text !== undefined && text.trim() !== '') given.set(name, text.trim());
  }
  const unread = new Set(isTracingOff(given) ? Object.keys(TRACING_SETTINGS) : []);
  const texts = Object.fromEntries(
    Object.keys(SETTINGS.shape).map((name) => [
      name,
      (unread.has(name) ? null : given.get(name)) ?? entries.get(name)?.default ?? null,
    ]),
  );
  const faults: ConfigFault[] = [];
  const read = SETTINGS.safeParse(texts);
  for (const issue of read.error?.issues ?? []) {
    const name = String(issue.path[0]);
    faults.push(
      faultOf(name, given.get(name) ?? '', englishIssue(issue.message), entries.get(name)),
    );
  }
  if (given.has('WAYBILL_MASTER_KEY') && given.has('WAYBILL_MASTER_KEY_FILE')) {
    const expected = 'expected either this or WAYBILL_MASTER_KEY_FILE, not both';
    faults.push({ setting: 'WAYBILL_MASTER_KEY', expected, found: 'both' });
  }
  const retention = readRetention(
    Object.fromEntries(given),
    entries.get('WAYBILL_RETENTION')?.default ?? '',
  );
  faults.push(...s3Faults(given), ...roadFaults(given), ...retention.faults);
  faults.push(...kafkaFaults(given, (name) => entries.get(name)?.default));
  faults.push(...poolerFaults(given), ...mapFaults(given));
  const reader = { given, entries, faults };
  const webhookSecrets = readPerCarrier(SECRET_PREFIX, value.secrets, reader);
  const webhookHeaders = readPerCarrier(HEADER_PREFIX, value.headerName, reader);
  const carrierUrls = readPerCarrier(CARRIER_URL_PREFIX, value.publicUrl, reader);
  const carrierCalls = readPerCarrier(CARRIER_CALLS_PREFIX, value.callCaps, reader);
  if (!read.success || faults.length > 0) throw new ConfigError(faults);
  const warnings = warningsOf(given, entries);
  return {
    ...toConfig(read.data),
    retention: retention.retention,
    webhookSecrets,
    webhookHeaders,
    carrierUrls,
    carrierCalls,
    warnings,
    searchPath: env.PATH ?? '',
  };
}

/** Names the settings as the code uses them. */
function toConfig(settings: z.infer<typeof SETTINGS>) {
  return {
    port: settings.PORT,
    host: settings.HOST,
    publicUrl: settings.WAYBILL_PUBLIC_URL,
    trustedProxies: settings.WAYBILL_TRUSTED_PROXIES,
    data: settings.WAYBILL_DATA,
    objects: settings.WAYBILL_OBJECTS ?? objectsFolder(settings.WAYBILL_DATA),
    roles: settings.WAYBILL_ROLES,
    workProcess: settings.WAYBILL_WORK_PROCESS,
    databaseUrl: settings.DATABASE_URL,
    databasePoolerUrl: settings.DATABASE_POOLER_URL,
    databaseReadUrl: settings.DATABASE_READ_URL,
    databaseReadLagS: settings.DATABASE_READ_MAX_LAG_S,
    redisUrl: settings.REDIS_URL,
    redisSentinelName: settings.REDIS_SENTINEL_NAME,
    redisPrivate: settings.WAYBILL_REDIS,
    kafka: kafkaOf(settings),
    s3: s3Of(settings),
    s3Server: s3ServerOf(settings),
    drops: dropsOf(settings),
    sandbox: settings.WAYBILL_SANDBOX,
    demo: settings.WAYBILL_DEMO,
    fleet: settings.WAYBILL_FLEET,
    pollingPolicy: settings.WAYBILL_POLLING_POLICY,
    pollingFloorS: settings.WAYBILL_POLLING_FLOOR_MINUTES * 60,
    pollingCeilingS: settings.WAYBILL_POLLING_CEILING_HOURS * 3_600,
    bootstrapKey: settings.WAYBILL_BOOTSTRAP_KEY,
    mappings: settings.WAYBILL_MAPPINGS,
    mappingsOverlay: settings.WAYBILL_MAPPINGS_OVERLAY,
    adapters: settings.WAYBILL_ADAPTERS,
    notificationRules: settings.WAYBILL_NOTIFICATION_RULES,
    roads: roadServerOf(settings),
    vroom:
      settings.VROOM_URL === null
        ? null
        : { url: settings.VROOM_URL, timeoutMs: settings.VROOM_TIMEOUT_MS },
    geocoding: { server: geocodingServerOf(settings), postalCodes: settings.GEO_POSTCODES },
    map: mapOf(settings),
    channels: settings.WAYBILL_CHANNELS,
    exceptionPolicy: settings.WAYBILL_EXCEPTION_POLICY,
    prediction: settings.WAYBILL_PREDICTION,
    masterKey: settings.WAYBILL_MASTER_KEY,
    masterKeyFile: settings.WAYBILL_MASTER_KEY_FILE,
    metricsToken: settings.WAYBILL_METRICS_TOKEN,
    publicRate: settings.WAYBILL_PUBLIC_RATE,
    backlog: {
      waitMsMax: settings.WAYBILL_BACKLOG_MAX_S * 1_000,
      countMax: settings.WAYBILL_BACKLOG_MAX,
    },
    egressAllow: settings.WAYBILL_EGRESS_ALLOW,
    instanceLookbackDays: settings.WAYBILL_INSTANCE_LOOKBACK_DAYS,
    archive: archiveOf(settings),
    cachePurge: settings.WAYBILL_CACHE_PURGE,
    logLevel: settings.LOG_LEVEL,
    logFormat: settings.LOG_FORMAT,
    tracing: tracingOf(settings),
  };
}

function archiveOf(settings: z.infer<typeof SETTINGS>): Config['archive'] {
  const { WAYBILL_ARCHIVE: place } = settings;
  if (place === null) return null;
  if ('folder' in place) return { folder: place.folder, s3: null };
  return { folder: null, s3: { ...place, ...s3ServerOf(settings) } };
}

interface Reader {
  readonly given: ReadonlyMap<string, string>;
  readonly entries: ReadonlyMap<string, SettingEntry>;
  readonly faults: ConfigFault[];
}

/**
 * Reads the settings of one kind that end with a carrier's id, by that id in capitals. Faults are
 * added to the reader.
 */
function readPerCarrier<T>(
  prefix: string,
  schema: z.ZodType<T>,
  { given, entries, faults }: Reader,
): Map<string, T> {
  const found = new Map<string, T>();
  for (const [name, text] of given) {
    if (!name.startsWith(prefix)) continue;
    const carrier = name.slice(prefix.length);
    const read = schema.safeParse(text);
    if (!/^[A-Z0-9][A-Z0-9_]*$/.test(carrier)) {
      const expected = `expected the carrier's id in capitals after ${prefix}, such as ${prefix}MY_CARRIER`;
      faults.push({ setting: name, expected, found: `"${carrier}"` });
    } else if (read.success) {
      found.set(carrier, read.data);
    } else {
      const message = read.error.issues[0]?.message ?? 'expected another value';
      faults.push(faultOf(name, text, englishIssue(message), entries.get(`${prefix}<CARRIER>`)));
    }
  }
  return found;
}

const FOUND_CHARS_MAX = 80;

function faultOf(
  setting: string,
  text: string,
  expected: string,
  entry: SettingEntry | undefined,
): ConfigFault {
  // A database URL may contain a password, and a text that is not a valid key may still be one.
  const hidden = entry?.secret !== false || setting.endsWith('_URL');
  const found = hidden
    ? `${text.length} characters`
    : JSON.stringify(text.length > FOUND_CHARS_MAX ? `${text.slice(0, FOUND_CHARS_MAX)}…` : text);
  return { setting, found, expected };
}

function warningsOf(
  given: ReadonlyMap<string, string>,
  entries: ReadonlyMap<string, SettingEntry>,
): string[] {
  return [...given.keys()]
    .filter((name) => name.startsWith('WAYBILL_') && !entries.has(name))
    .filter((name) => !PREFIXES.some((prefix) => name.startsWith(prefix)))
    .map((name) => `${name} is not a setting of this version and has no effect.`);
}

/** Writes a carrier's id as settings do: `my-carrier` → `MY_CARRIER`. */
export function carrierSettingName(carrier: string): string {
  return carrier.toUpperCase().replaceAll('-', '_');
}
