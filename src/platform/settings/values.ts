import { isIP } from 'node:net';
import path from 'node:path';
import { z } from 'zod';
import { readHosts } from '../database/hosts/host-list.ts';
import { decodeKey } from '../sealing/master-key.ts';
import { PROJECT_ROOT } from './yaml-settings.ts';

/**
 * How each kind of setting is parsed from its text. Messages say what is expected; config.ts adds
 * the name and the value found.
 */
export const ROLES = ['api', 'webhooks', 'worker', 'poller'] as const;
export type Role = (typeof ROLES)[number];

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const PORT_MAX = 65_535;
const DAYS_MAX = 400;
const RATE_MAX = 1_000_000;

/**
 * Splits a comma-separated list; blanks around its members are removed, and empty members are
 * ignored.
 */
function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export const list = z.string().transform(splitList);

export const port = wholeNumber(0, PORT_MAX);

const ROAD_ENGINES = ['osrm', 'valhalla', 'graphhopper'] as const;
export type RoadEngineSetting = (typeof ROAD_ENGINES)[number];
export const roadEngine = z.enum(ROAD_ENGINES, `expected one of ${ROAD_ENGINES.join(', ')}`);

const GEOCODERS = ['nominatim', 'photon', 'pelias'] as const;
export type GeocoderSetting = (typeof GEOCODERS)[number];
export const geocoder = z.enum(GEOCODERS, `expected one of ${GEOCODERS.join(', ')}`);

/** The time limit of a request for a drive time. */
export const roadTimeoutMs = wholeNumber(100, 30_000);

export const days = wholeNumber(1, DAYS_MAX);

export const readLagS = wholeNumber(1, 3_600);

export const backlogSeconds = wholeNumber(1, 3_600);

export const backlogCount = wholeNumber(100, 10_000_000);

function wholeNumber(min: number, max: number) {
  const message = `expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

export const host = z
  .string()
  .regex(/^[A-Za-z0-9.:_-]+$/, 'expected an address or host name to listen on, such as 0.0.0.0');

/** Without a slash at the end, so that paths are appended in the same way everywhere. */
export const publicUrl = z
  .string()
  .refine(
    (text) => /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).search === '',
    'expected an http:// or https:// address without query, such as https://track.example.com',
  )
  .transform((text) => text.replace(/(?<!\/)\/+$/, ''));

/**
 * A style for maps, or raster tiles. One site serves all of it, because the pages' policy allows no
 * other.
 */
export const mapStyle = z.string().superRefine((text, context) => {
  const message = isTileArchive(text) ? TILE_ARCHIVE : isMapStyle(text) ? null : MAP_STYLE;
  if (message !== null) context.addIssue({ code: 'custom', message });
});

const MAP_STYLE =
  'expected the http:// or https:// address of a MapLibre style, such as https://maps.example.com/style.json, or of raster tiles with {z}, {x} and {y}';
const TILE_ARCHIVE =
  'a .pmtiles file has a setting of its own, WAYBILL_MAP, with its path on this machine: the hub serves it';

/**
 * Whether the text names one file with all tiles, including the form `pmtiles://…`.
 */
function isTileArchive(text: string): boolean {
  return /^pmtiles:/i.test(text) || /\.pmtiles(?:[?#]|$)/i.test(text);
}

function isMapStyle(text: string): boolean {
  if (!/^https?:\/\/[a-z0-9.:-]+\/[^\s'";,]*$/i.test(text) || !URL.canParse(text)) return false;
  const places = [...text.matchAll(/\{([^{}]*)\}/g)].map(([, place]) => place);
  return places.length === 0 || ['z', 'x', 'y'].every((each) => places.includes(each));
}

export const mapCredit = z.string().trim().min(1).max(300);

/**
 * Addresses: whose X-Forwarded-For is trusted, or what webhooks may reach although it is not
 * public.
 */
export const addresses = list.refine(
  (members) => members.every(isAddressOrCidr),
  'expected IP addresses or CIDRs separated by commas, such as 10.0.0.0/8,::1',
);

function isAddressOrCidr(text: string): boolean {
  const [address = '', prefix, more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more !== undefined) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
}

const anyPostgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'expected postgresql://user:password@host:5432/database')
  .superRefine((url, context) => {
    try {
      readHosts(url, 'read-write');
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'bad' });
    }
  });

/** One server or several, of which one is writable. */
export const postgresUrl = anyPostgresUrl.refine(
  (url) => !/[?&]target_session_attrs=(?!read-write(&|$)|primary(&|$))/.test(url),
  'expected target_session_attrs=read-write, or none: the hub writes',
);

/** A pooler has settings of its own, which apply to all its clients. */
export const postgresPoolerUrl = postgresUrl.refine(
  (url) => !/[?&]options=/.test(url),
  'expected no options: the hub sets what it needs in each transaction, and `alter role … set` all else',
);

/** The URL of read replicas. */
export const postgresReadUrl = anyPostgresUrl;

export const pollingPolicy = z.enum(
  ['adaptive', 'fixed', 'flat'],
  'expected adaptive, fixed or flat',
);

export const pollingFloorMinutes = wholeNumber(1, 1_440);

export const pollingCeilingHours = wholeNumber(1, 168);

export const redisUrl = z
  .string()
  .refine(
    (text) =>
      text.split(',').every((url) => /^rediss?:\/\//.test(url.trim()) && URL.canParse(url.trim())),
    'expected redis://user:password@host:6379/0, or rediss:// for TLS; several separated by commas',
  );

export const redisName = z
  .string()
  .regex(
    /^[\w.-]{1,200}$/,
    'expected the name that the Sentinels have for the master, such as main',
  );

/** A bucket's name; its server is named by S3_ENDPOINT. */
export const bucket = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected a bucket name, such as parcels');

/**
 * A prefix of keys that ends in `/` unless it is empty, so that keys are appended alike everywhere.
 */
export const keyPrefix = z
  .string()
  .regex(
    /^(?:[\w-][\w.-]*\/)*(?:[\w-][\w.-]*)?$/,
    'expected folders separated by /, such as waybill/live',
  )
  .transform((text) => (text === '' || text.endsWith('/') ? text : `${text}/`));

/** A bucket and the prefix of every key in it, which ends in `/` unless it is empty. */
export const bucketUrl = z
  .string()
  .regex(
    /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/(?:[\w-][\w.-]*\/)*(?:[\w-][\w.-]*)?)?$/,
    'expected a bucket and a prefix, such as s3://parcels/drops',
  )
  .transform((text) => {
    const [bucket = '', ...folders] = text.slice('s3://'.length).split('/');
    const prefix = folders.filter((folder) => folder !== '').join('/');
    return { bucket, prefix: prefix === '' ? '' : `${prefix}/` };
  });

/** Where ended parcels are archived: null, a bucket, or a folder relative to the current one. */
export const archivePlace = z
  .string()
  .refine(
    (text) => !text.includes('://') || bucketUrl.safeParse(text).success,
    'expected off, a folder, or a bucket and a prefix such as s3://parcels/archive',
  )
  .transform((text) => {
    if (text === 'off') return null;
    return text.includes('://') ? bucketUrl.parse(text) : { folder: path.resolve(text) };
  });

export const region = z
  .string()
  .regex(/^[a-z0-9-]{1,40}$/, 'expected a region, such as eu-central-1');

export const onOrOff = z
  .string()
  .regex(/^(on|off)$/, 'expected on or off')
  .transform((text) => text === 'on');

export const demo = z.enum(['auto', 'on', 'off'], 'expected auto, on or off');

export const bootstrapKey = z
  .string()
  .regex(/^wb_test_[A-Za-z0-9_-]{1,200}$/, 'expected wb_test_ followed by letters, digits, _ or -');

export const masterKey = z
  .string()
  .refine(
    (text) => text.split(',').every((part) => decodeKey(part.trim()) !== null),
    'expected 32 bytes in Base64 or as 64 hex digits (make one with `openssl rand -base64 32`)',
  );

export const token = z.string().min(8, 'expected at least 8 characters');

/** Tokens per second and the most in the bucket; null: no limit. */
export interface Rate {
  readonly burst: number;
  readonly perS: number;
}

const RATE_MESSAGE = 'expected burst/requests a second, such as 600/20, or off';

export const rate = z
  .string()
  .regex(/^(off|\d{1,7}\/\d{1,7})$/, RATE_MESSAGE)
  .transform((text): Rate | null => {
    if (text === 'off') return null;
    const [burst = 0, perS = 0] = text.split('/').map(Number);
    return { burst, perS };
  })
  .refine(
    (value) => value === null || (value.burst >= 1 && value.perS >= 1 && value.burst <= RATE_MAX),
    RATE_MESSAGE,
  );

export const roles = list
  .refine(
    (members) => members.length > 0 && members.every((member) => ROLES.some((r) => r === member)),
    `expected any of ${ROLES.join(', ')}, separated by commas`,
  )
  .transform((members) => ROLES.filter((role) => members.includes(role)));

/** A folder or file named by the operator, relative to the current folder. */
export const folder = z.string().transform((text) => path.resolve(text));

/** A folder or file that ships with this version, unless the operator names another. */
export function folderShipped(shipped: string) {
  return z
    .string()
    .transform((text) => (text === shipped ? path.join(PROJECT_ROOT, text) : path.resolve(text)));
}

export const logLevel = z.enum(LOG_LEVELS, `expected one of ${LOG_LEVELS.join(', ')}`);
export const logFormat = z.enum(['json', 'text'], 'expected json or text');

export const secrets = list.refine(
  (members) => members.length > 0,
  'expected a secret, or several separated by commas',
);

export const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/, 'expected the name of an HTTP header')
  .transform((text) => text.toLowerCase());

/** The most calls that each account may make in any hour and any day; null: not limited here. */
export interface CallCaps {
  readonly perHour: number | null;
  readonly perDay: number | null;
}

const CAPS_MESSAGE =
  'expected per_hour:N, per_day:N or both separated by a comma, with whole numbers from 1 to 9999999';

export const callCaps = list
  .refine((members) => members.length > 0 && members.every(isCap), CAPS_MESSAGE)
  .refine((members) => new Set(members.map(windowOf)).size === members.length, CAPS_MESSAGE)
  .transform((members): CallCaps => {
    const calls = new Map(members.map((member) => [windowOf(member), Number(capOf(member))]));
    return { perHour: calls.get('per_hour') ?? null, perDay: calls.get('per_day') ?? null };
  });

const isCap = (member: string) => /^per_(hour|day):0*[1-9]\d{0,6}$/.test(member);
const windowOf = (member: string) => member.split(':')[0];
const capOf = (member: string) => member.split(':')[1];
