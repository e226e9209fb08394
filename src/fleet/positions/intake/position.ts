import { z } from 'zod';
import { issuesToErrors, pointerTo, WITH_INPUT } from '../../../kernel/wire/explain-issues.ts';
import type { Fix } from '../judge-fix.ts';
import { parseInstantMs } from './parse-instant.ts';

/** A position from a device. */
export interface Position extends Fix {
  readonly speedKmh: number | null;
  /** Degrees clockwise from north. */
  readonly heading: number | null;
  /** Percent. */
  readonly battery: number | null;
}

/** What is wrong with one position of a request. */
export interface PositionFault {
  readonly code: 'invalid' | 'in_future' | 'too_old' | 'off_shift' | 'no_such_courier' | 'too_many';
  /** Within the position: `/lat`. */
  readonly pointer: string;
  readonly reason: string;
  readonly fix: string;
}

/** The device is within this radius; a larger one is useless. */
export const ACCURACY_MAX_M = 100_000;
export const SPEED_MAX_KMH = 2_000;

const TS_WANTED = 'Send an ISO 8601 instant with Z or an offset, or milliseconds since 1970.';

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
  accuracy_m: z.number().min(0).max(ACCURACY_MAX_M).nullish().meta({
    description: 'The radius within which the device thinks it is.',
  }),
  speed_kmh: z.number().min(0).max(SPEED_MAX_KMH).nullish(),
  heading: z.number().min(0).max(360).nullish().meta({
    description: 'Degrees clockwise from north.',
  }),
  battery: z.number().min(0).max(100).nullish().meta({ description: 'Percent.' }),
};

/** A position whose courier is given by the path or the key. */
export const positionSchema = z.strictObject(measures);

/** The same in a request about many couriers. */
export const courierPositionSchema = z.strictObject({
  courier_id: z.string().regex(/^cou_[0-9a-f]{32}$/, 'Send the id of a courier, cou_….'),
  ...measures,
});

export type ReadPosition =
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

/** `recognize` has verified that it names its courier. */
export interface Named {
  readonly courier_id: string;
}

/** The position, if it is valid; then it is also `Named`, unless `courierId` is given. */
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

/** `cou_` and 32 hexadecimal digits. */
function isCourierId(text: string): boolean {
  if (text.length !== WIRE_ID_CHARS || !text.startsWith('cou_')) return false;
  for (let at = 4; at < WIRE_ID_CHARS; at += 1) {
    const char = text.charCodeAt(at);
    if (!((char >= 48 && char <= 57) || (char >= 97 && char <= 102))) return false;
  }
  return true;
}

/** For what the schema accepts, such as a member called `__proto__`. */
const UNREADABLE = {
  pointer: '',
  reason: 'It has members that no position has.',
  fix: 'Send ts, lat and lng, and what else is known of them.',
};

function faultOf(value: unknown, courierId: string | null): PositionFault {
  const schema = courierId === null ? courierPositionSchema : positionSchema;
  const { error } = schema.safeParse(value, WITH_INPUT);
  const [first] = issuesToErrors(error?.issues ?? [], pointerTo);
  return { code: 'invalid', ...(first ?? UNREADABLE) };
}
