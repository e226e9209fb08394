import type { Mistake } from './mistake.ts';

/** An invalid setting in the environment. */
export interface SettingMistake extends Mistake {
  readonly env: Readonly<Record<string, string>>;
}

const setting = (
  what: string,
  env: Readonly<Record<string, string>>,
  mend: RegExp,
): SettingMistake => ({
  what,
  env,
  mend,
  where: new RegExp(`^\\s*${Object.keys(env)[0]}:`, 'm'),
});

export const SETTING_MISTAKES: readonly SettingMistake[] = [
  setting('a port that there is not', { PORT: '80800' }, /from 0 to 65535/),
  setting('another database', { DATABASE_URL: 'mysql://localhost/x' }, /postgres/),
  setting('an address without its scheme', { WAYBILL_PUBLIC_URL: 'track.shop.example' }, /https?:/),
  setting('a level that there is not', { LOG_LEVEL: 'verbose' }, /info/),
  setting('a misspelt role', { WAYBILL_ROLES: 'api,wroker' }, /worker|work/),
  setting('a network of 33 bits', { WAYBILL_TRUSTED_PROXIES: '10.0.0.0/33' }, /10\.|CIDR|\//),
  setting('a key that is too short', { WAYBILL_MASTER_KEY: 'hunter2' }, /32|base64|openssl/),
  setting('a limit for no time', { WAYBILL_CARRIER_CALLS_ACME: 'per_week:10' }, /per_hour|per_day/),
  setting('a period that is none', { WAYBILL_RETENTION: 'parcels: forever' }, /day|month|year/),
  setting('a style of maps that is not a URL', { WAYBILL_MAP_STYLE: 'maps.example.com' }, /https/),
];

/** Invalid arguments. */
export interface ArgumentMistake extends Mistake {
  readonly args: readonly string[];
}

export const ARGUMENT_MISTAKES: readonly ArgumentMistake[] = [
  {
    what: 'a misspelt command',
    args: ['strat'],
    where: /strat/,
    mend: /start|--help/,
  },
  {
    what: 'an option that there is not',
    args: ['doctor', '--jsn'],
    where: /--jsn/,
    mend: /--json|--help/,
  },
  {
    what: 'an argument too few',
    args: ['erase'],
    where: /missing|argument/,
    mend: /<?id>?|--help/i,
  },
  {
    what: 'an argument too many',
    args: ['doctor', 'now'],
    where: /too many|argument/,
    mend: /--help|expected 0/i,
  },
  {
    what: 'a verb of a verb that there is not',
    args: ['keys', 'mak'],
    where: /mak/,
    mend: /--help|keys/,
  },
];

/** A mapping file that is wrong in one place: a line of it, and its replacement. */
export interface MappingMistake extends Mistake {
  readonly from: string;
  readonly to: string;
}

export const GOOD_MAPPING =
  'carrier: acme\nrules:\n  - { match: { event: OD }, status: out_for_delivery }\n' +
  'tests:\n  - { given: { event: OD }, then: { status: out_for_delivery } }\n';

const mapping = (what: string, from: string, to: string, where: RegExp, mend: RegExp) => ({
  what,
  from,
  to,
  where,
  mend,
});

export const MAPPING_MISTAKES: readonly MappingMistake[] = [
  mapping('a misspelt key', 'rules:', 'rulez:', /:2:1: .*"rulez"/, /Fix: /),
  mapping('a status that there is not', ', status: out', ', status: on_out', /:3:\d+: /, /Fix: .*/),
  mapping(
    'a code without quotes',
    'event: OD }, status',
    'event: 07 }, status',
    /:3:\d+: /,
    /quotes/,
  ),
  mapping('a tab', '  - { match', '\t- { match', /:3:\d+: /, /Fix: /),
  mapping('a brace too few', 'delivery }\ntests', 'delivery\ntests', /:\d+:\d+: /, /Fix: /),
  mapping('another carrier', 'carrier: acme', 'carrier: acne', /:1:10: .*acne/, /Fix: /),
  mapping(
    'a test that is not so',
    'then: { status: out_for_delivery',
    'then: { status: delivered',
    /:5:\d+: /,
    /Fix: /,
  ),
  mapping(
    'a document too many',
    'tests:',
    '---\ntests:',
    /:\d+:\d+: .*second YAML document/,
    /remove what follows/,
  ),
  mapping('an alias', 'event: OD }, status', 'event: *od }, status', /:3:\d+: /, /Fix: /),
];
