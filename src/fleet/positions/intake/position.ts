import { z } from 'zod';
import type { ErrorText } from '../../../kernel/errors.ts';
import {
  issuesToErrors,
  issueText,
  pointerTo,
  WITH_INPUT,
} from '../../../kernel/wire/explain-issues.ts';
import type { Fix } from '../judge-fix.ts';

/** A position from a device. */
export interface Position extends Fix {
  readonly speedKmh: number | null;
  /** Direction in degrees clockwise from north. */
  readonly heading: number | null;
  /** The charge in percent. */
  readonly battery: number | null;
}

/** What is wrong with one position of a request. */
export interface PositionFault {
  readonly code: 'invalid' | 'in_future' | 'too_old' | 'off_shift' | 'no_such_courier' | 'too_many';
  /** The place of the fault within the position, such as `/lat`. */
  readonly pointer: string;
  readonly reason: ErrorText;
  readonly fix: ErrorText;
}

/** Maximum of the accuracy radius; a larger one is useless. */
export const ACCURACY_MAX_M = 100_000;
export const SPEED_MAX_KMH = 2_000;

const TS_WANTED = issueText('positions.useIso8601OrMilliseconds');

const measures = {
  ts: z
    .union([z.string(), z.number()], TS_WANTED)
    .refine((value) => parseInstantMs(value) !== null, TS_WANTED)
    .meta({
      description:
        'When the device was there: ISO 8601 with Z or an offset, or whole milliseconds since 1970.',
      example: '2026-03-10T12:00:00.000Z',
    }),
  lat: z.number().min(-90).max(90),
  lng: z.number().min(-180).max(180),
  accuracy_m: z
    .number()
    .min(0)
    .max(ACCURACY_MAX_M)
    .nullish()
    .describe('The radius within which the device thinks it is.'),
  speed_kmh: z.number().min(0).max(SPEED_MAX_KMH).nullish(),
  heading: z.number().min(0).max(360).nullish().describe('Degrees clockwise from north.'),
  battery: z.number().min(0).max(100).nullish().describe('Percent.'),
};

/** A position whose courier is given by the path or the key. */
export const positionSchema = z.strictObject(measures);

/** A position that names its courier, in a request about many. */
export const courierPositionSchema = z.strictObject({
  courier_id: z.string().regex(/^cou_[0-9a-f]{32}$/, issueText('positions.useCourierId')),
  ...measures,
});

type ReadPosition =
  | { readonly position: Position; readonly courierId: string }
  | { readonly fault: PositionFault };

/** A position's members, without the courier's id. */
const MEMBERS: ReadonlySet<string> = new Set(Object.keys(measures));

/**
 * Reads one position. Valid ones are recognized by hand, which takes a tenth of the schema's time
 * (docs/benchmarks.md, positions); for others the schema produces the message.
 *
 * @param courierId the wire id of its courier; null: each position names it
 */
export function readPosition(value: unknown, courierId: string | null): ReadPosition {
  const position = recognize(value, courierId);
  if (position === null) return { fault: faultOf(value, courierId) };
  return { position, courierId: courierId ?? (value as Named).courier_id };
}

/** A position that names its courier, as `recognize` has verified. */
export interface Named {
  readonly courier_id: string;
}

/**
 * Returns the position if it is valid, otherwise null. A valid `value` is also `Named`, unless
 * `courierId` is given.
 */
export function recognize(value: unknown, courierId: string | null): Position | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const sent = value as Readonly<Record<string, unknown>>;
  for (const name in sent) {
    if (!MEMBERS.has(name) && (name !== 'courier_id' || courierId !== null)) return null;
  }
  const whose = courierId ?? sent['courier_id'];
  if (typeof whose !== 'string' || (courierId === null && !isCourierId(whose))) return null;
  const atMs = parseInstantMs(sent['ts']);
  const { lat, lng } = sent;
  if (atMs === null || !isWithin(lat, -90, 90) || !isWithin(lng, -180, 180)) return null;
  const accuracyM = sent['accuracy_m'] ?? null;
  const speedKmh = sent['speed_kmh'] ?? null;
  const heading = sent['heading'] ?? null;
  const battery = sent['battery'] ?? null;
  if (accuracyM !== null && !isWithin(accuracyM, 0, ACCURACY_MAX_M)) return null;
  if (speedKmh !== null && !isWithin(speedKmh, 0, SPEED_MAX_KMH)) return null;
  if (heading !== null && !isWithin(heading, 0, 360)) return null;
  if (battery !== null && !isWithin(battery, 0, 100)) return null;
  return { atMs, lat, lng, accuracyM, speedKmh, heading, battery };
}

function isWithin(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && value >= min && value <= max;
}

const WIRE_ID_CHARS = 36;

/** Whether a text is `cou_` and 32 hexadecimal digits. */
function isCourierId(text: string): boolean {
  if (text.length !== WIRE_ID_CHARS || !text.startsWith('cou_')) return false;
  for (let at = 4; at < WIRE_ID_CHARS; at += 1) {
    const char = text.charCodeAt(at);
    if (!((char >= 48 && char <= 57) || (char >= 97 && char <= 102))) return false;
  }
  return true;
}

/**
 * The fault for positions that the schema accepts but `recognize` does not, such as one with a
 * member called `__proto__`.
 */
const UNREADABLE = {
  pointer: '',
  reason: 'positions.unknownPositionMembers',
  fix: 'positions.sendTimeAndCoordinates',
} as const;

function faultOf(value: unknown, courierId: string | null): PositionFault {
  const schema = courierId === null ? courierPositionSchema : positionSchema;
  const { error } = schema.safeParse(value, WITH_INPUT);
  const [first] = issuesToErrors(error?.issues ?? [], pointerTo);
  return { code: 'invalid', ...(first ?? UNREADABLE) };
}

/** What can be wrong with a well-formed position. */
export const FAULTS = {
  inFuture: {
    code: 'in_future',
    pointer: '/ts',
    reason: 'positions.tooFarAhead',
    fix: 'positions.setDeviceClock',
  },
  tooOld: {
    code: 'too_old',
    pointer: '/ts',
    reason: 'positions.olderThanStoredTrails',
    fix: 'positions.dropOrUseMilliseconds',
  },
  offShift: {
    code: 'off_shift',
    pointer: '/courier_id',
    reason: 'positions.courierOffShift',
    fix: 'positions.startShiftFirst',
  },
  betweenShifts: {
    code: 'off_shift',
    pointer: '/ts',
    reason: 'positions.courierWasOffShift',
    fix: 'positions.dropOffShiftPosition',
  },
  noSuchCourier: {
    code: 'no_such_courier',
    pointer: '/courier_id',
    reason: 'positions.courierNotUnderKey',
    fix: 'positions.useListedCourierId',
  },
  tooMany: {
    code: 'too_many',
    pointer: '',
    reason: 'positions.tooManyCourierPositions',
    fix: 'positions.sendOncePerSecond',
  },
} as const satisfies Record<string, PositionFault>;

const MS_PER_DAY = 86_400_000;
const MINUTE_MS = 60_000;
/** The first time accepted: the start of this century, as everywhere. */
export const FIRST_MS = Date.UTC(2000, 0, 1);
export const LAST_MS = Date.UTC(2100, 0, 1) - 1;

/** An instant such as `2026-03-10T12:00:00Z`: at least to the second, with any offset. */
const ISO =
  /^(20\d\d)-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** The last day parsed, cached because nearly all positions at a time are from one day. */
let lastDay = '';
let lastDayMs = 0;

/**
 * Parses an instant as epoch milliseconds; null if it is none. Accepts ISO 8601 with Z or an
 * offset, and whole milliseconds since 1970.
 */
export function parseInstantMs(value: unknown): number | null {
  if (typeof value === 'number') {
    return Number.isInteger(value) && value >= FIRST_MS && value <= LAST_MS ? value : null;
  }
  if (typeof value !== 'string') return null;
  return parseUtc(value) ?? parseWithOffset(value);
}

/**
 * Parses the two forms that phones write, `2026-03-10T12:00:00Z` and `2026-03-10T12:00:00.000Z`,
 * without a pattern; null: another form.
 */
function parseUtc(text: string): number | null {
  const hasMs = text.length === 24;
  if (!(hasMs || text.length === 20) || text.charCodeAt(text.length - 1) !== 90) return null;
  if (text[10] !== 'T' || text[13] !== ':' || text[16] !== ':' || (hasMs && text[19] !== '.')) {
    return null;
  }
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if (!(hour < 24 && minute < 60 && second < 60)) return null;
  const ms = hasMs ? twoDigits(text, 20) * 10 + digit(text, 22) : 0;
  const dayMs = dayOf(text.slice(0, 10));
  const atMs = dayMs + ((hour * 60 + minute) * 60 + second) * 1_000 + ms;
  return Number.isNaN(atMs) ? null : atMs;
}

/** Epoch milliseconds of the start of a day; NaN for a day that does not exist. */
function dayOf(text: string): number {
  if (text === lastDay) return lastDayMs;
  const found = /^(20\d\d)-(\d\d)-(\d\d)$/.exec(text);
  if (found === null) return Number.NaN;
  const [, year, month, day] = found.map(Number) as [number, number, number, number];
  const dayMs = Date.UTC(year, month - 1, day);
  if (new Date(dayMs).getUTCDate() !== day || month > 12) return Number.NaN;
  lastDay = text;
  lastDayMs = dayMs;
  return dayMs;
}

function parseWithOffset(text: string): number | null {
  const found = ISO.exec(text);
  if (found === null) return null;
  const dayMs = dayOf(text.slice(0, 10));
  const [hour = 0, minute = 0, second = 0] = found.slice(4, 7).map(Number);
  if (hour > 23 || minute > 59 || second > 59) return null;
  const ms = Number((found[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const [aheadHours = 0, aheadMinutes = 0] = found.slice(9, 11).map((part) => Number(part ?? 0));
  if (aheadHours > 23 || aheadMinutes > 59) return null;
  const aheadMs = (aheadHours * 60 + aheadMinutes) * MINUTE_MS * (found[8] === '-' ? -1 : 1);
  const atMs = dayMs + ((hour * 60 + minute) * 60 + second) * 1_000 + ms - aheadMs;
  return Number.isNaN(atMs) || atMs < FIRST_MS - MS_PER_DAY ? null : atMs;
}

function twoDigits(text: string, at: number): number {
  return digit(text, at) * 10 + digit(text, at + 1);
}

/** The value of a digit; NaN if it is not one. */
function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 48;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}
