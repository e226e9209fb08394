import { definedOnly } from '../../kernel/defined-only.ts';
import { zoneOfCity, zoneOfPlace } from '../../kernel/places/postal-zone.ts';
import { NO_TIME, type PlaceTime, parseOffset, wallClockMs } from '../../kernel/time/place-time.ts';
import {
  placeTimeInZone,
  placeTimeWithOffset,
  placeTimeWithoutZone,
} from '../../kernel/time/zoned-time.ts';
import { wordsAsCode } from '../../kernel/words-as-code.ts';
import type { CodeMatch, ReportedFact, ReportedPlace } from '../contract/contract.ts';
import { numbers } from './numbers.ts';
import type { Parcel } from './schema.ts';
import { codesOfWords, refinedByWords } from './words.ts';

/**
 * The version of a fact's identity. It is raised when the definition changes, so that old and new
 * never mix.
 */
const IDENTITY_VERSION = 'ups-1';

/** An event in a form that both dialects are converted to. */
interface Event {
  readonly codes: CodeMatch;
  readonly wireTime: WireTime;
  readonly place: ReportedPlace | null;
  readonly text: string | undefined;
  readonly logical: boolean;
}

/**
 * Converts an event to a fact. UPS gives no event id. Pull and push agree on type, code and local
 * time to the second (test subscriptions send events one second apart, so a minute would be too
 * coarse). The three-digit code replaces a missing two-letter one, and the words replace both.
 */
export function factOf(event: Event): ReportedFact {
  const time = timeOf(event.wireTime, event.place);
  const { type = '', mail, freight, status3 = '', code = mail ?? freight } = event.codes;
  const byCode = [IDENTITY_VERSION, type, code ?? status3, time.local ?? '', ''];
  // A type alone covers many scans; but a parcel is delivered once, in whatever words.
  const hasCode = (code ?? status3) !== '' || type === 'D';
  const words = hasCode ? null : wordsAsCode(event.text);
  return {
    codes: event.codes,
    ...(words === null
      ? { identity: byCode }
      : { identity: [...byCode, words], namedByWords: true, formerIdentity: byCode }),
    time,
    place: event.place,
    text: event.text ?? null,
    piece: null,
    logical: event.logical,
  };
}

/**
 * The codes of an event under the manifest's keys; null when there is none. The form of a code
 * shows its list: `currentStatus.code` has three digits in real answers and two characters in the
 * description. Three-digit codes are padded, because some senders lose their zeros. Freight has
 * three digits for activities of its own: there `code` is never read as a status code. No list of
 * codes has a single letter, so a single letter without a type is the type, in the wrong member.
 */
export function codesOf(
  type: string | undefined,
  code: string | undefined,
  statusCode: string | undefined,
  list: CodeList = 'parcel',
): CodeMatch | null {
  if (type === undefined) {
    if (isLetter(code)) return codesOf(code, undefined, statusCode, list);
    if (isLetter(statusCode)) return codesOf(statusCode, code, undefined, list);
  }
  const codeIsStatus = code !== undefined && /^\d{3}$/.test(code) && list !== 'freight';
  const given3 = statusCode ?? (codeIsStatus ? code : undefined);
  const status3 = isContradicted(given3, type, list) ? undefined : given3;
  const code2 = codeIsStatus ? undefined : code?.toUpperCase();
  if (type === undefined && code2 === undefined && status3 === undefined) return null;
  return {
    ...definedOnly({
      type: type?.toUpperCase(),
      status3: status3 === undefined ? undefined : padded(status3),
    }),
    ...(code2 === undefined ? {} : { [keyOf(list, type, code2)]: code2 }),
  };
}

/**
 * Whether a status of delivery contradicts a type of another kind; then the type applies. `U` and
 * `NA` say nothing, and mail has its deliveries under other types, too.
 */
function isContradicted(
  status3: string | undefined,
  type: string | undefined,
  list: CodeList,
): boolean {
  if (status3 === undefined || type === undefined || list !== 'parcel') return false;
  return DELIVERIES.includes(padded(status3)) && !['D', 'U', 'NA'].includes(type.toUpperCase());
}

/**
 * Status codes of the tracking appendix that mean delivered: delivered, and delivered by a post
 * office, to an agent, to a locker.
 */
const DELIVERIES = ['011', '026', '143', '156'];

/**
 * Returns the codes of an event as `codesOf` does, but uses the description, too. If there is no
 * code of any kind, the description may replace one, and if there is only type I, the scan. With a
 * code, words count only if no list of UPS contains the code.
 */
export function codesOrWords(
  type: string | undefined,
  code: string | undefined,
  statusCode: string | undefined,
  description: string | undefined,
  list: CodeList = 'parcel',
): CodeMatch | null {
  // The type repeated as the code says no more than the type.
  const isRepeated = list === 'parcel' && code !== undefined && code === type;
  if ((code !== undefined && !isRepeated) || statusCode !== undefined) {
    const given = codesOf(type, code, statusCode, list);
    return list === 'parcel' ? refinedByWords(given, description) : given;
  }
  const byWords = codesOfWords(description);
  if (type === undefined) return byWords;
  // "In transit" is all that type I says; the words may say more, with the same meaning.
  const isScan = type.toUpperCase() === 'I' && list === 'parcel';
  if (isScan && byWords?.['status3'] === '021') return { type: 'I', status3: '021' };
  if (isScan && byWords?.['type'] === 'I') return byWords;
  const alone = codesOf(type, code, statusCode, list);
  return list === 'parcel' ? refinedByWords(alone, description) : alone;
}

function isLetter(code: string | undefined): boolean {
  return /^[A-Z]$/i.test(code ?? '');
}

/**
 * The match key of a code. Freight's own codes are three digits, or two characters that come with
 * exceptions; two letters with any other type are a scan of the parcel network.
 */
function keyOf(
  list: CodeList,
  type: string | undefined,
  code: string,
): 'code' | 'mail' | 'freight' {
  if (list !== 'freight') return list === 'mail' ? 'mail' : 'code';
  return /^\d{3}$/.test(code) || (type ?? 'X').toUpperCase() === 'X' ? 'freight' : 'code';
}

function padded(status3: string): string {
  return /^\d{1,2}$/.test(status3) ? status3.padStart(3, '0') : status3;
}

/** Converts an address to a place; null if nothing in it is known. */
export function placeOf(address: {
  readonly city: string | undefined;
  readonly region: string | undefined;
  readonly postalCode: string | undefined;
  readonly country: string | undefined;
  readonly facility: string | undefined;
}): ReportedPlace | null {
  const country = address.country?.toUpperCase() ?? '';
  const place: ReportedPlace = {
    city: address.city ?? null,
    region: address.region ?? null,
    postalCode: address.postalCode ?? null,
    country: /^[A-Z]{2}$/.test(country) ? country : null,
    facility: address.facility ?? null,
  };
  return Object.values(place).some((value) => value !== null) ? place : null;
}

/**
 * The list that a code is from. The lists use the same letters and digits, and an answer does not
 * name the list.
 */
export type CodeList = 'parcel' | 'mail' | 'freight';

/** Matches numbers of the parcel network, whatever the service. */
const PARCEL_NUMBER = /^1[ZR]/;

/**
 * Matches numbers of Mail Innovations: `MI` and a mailer's six digits, or 18 to 34 digits like the
 * post office's own (test data of public client libraries has 18 and 22).
 */
const MAIL_NUMBER = /^(?:\d{18,34}|MI\d{6}[0-9A-Z]{1,28})$/;

/**
 * Matches numbers of road, air and ocean freight, as among the test numbers of UPS's tracking
 * guides.
 */
const FREIGHT_NUMBER = /^(?:\d{9,10}|[A-Z]{2}\d{15})$/;

/** The types that the tracking appendix calls "Freight Only". */
const FREIGHT_TYPES = ['DO', 'DD', 'W'];

/**
 * The list of codes that a parcel uses. A number of the parcel network decides first: "UPS
 * Worldwide Express Freight" is tracked as parcels. Otherwise the English name of the service takes
 * precedence over the form of the number.
 */
export function codeListOf(parcel: Parcel, number: string): CodeList {
  const clean = numbers.normalize(number);
  if (PARCEL_NUMBER.test(clean)) return 'parcel';
  const service = parcel.service?.description ?? '';
  if (/mail innovations/i.test(service)) return 'mail';
  if (/\b(?:freight|ocean)\b/i.test(service) || hasFreightType(parcel)) return 'freight';
  if (MAIL_NUMBER.test(clean)) return 'mail';
  return FREIGHT_NUMBER.test(clean) ? 'freight' : 'parcel';
}

function hasFreightType({ activity, currentStatus }: Parcel): boolean {
  const types = [currentStatus?.type, ...activity.map((item) => item?.status?.type)];
  return types.some((type) => FREIGHT_TYPES.includes(type?.toUpperCase() ?? ''));
}

/** The five members in which both dialects give the time. */
interface WireTime {
  readonly date?: string | undefined;
  readonly time?: string | undefined;
  readonly gmtDate?: string | undefined;
  readonly gmtTime?: string | undefined;
  readonly gmtOffset?: string | undefined;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/**
 * Reads the time of an event. Local time comes first, because both dialects have it; its offset is
 * the given one, otherwise the difference to the GMT time, otherwise that of the place's zone.
 * Without local time, the GMT time is moved by the given offset, or stays in UTC.
 */
export function timeOf(wire: WireTime, place: ReportedPlace | null): PlaceTime {
  const offsetMin = parseOffset(wire.gmtOffset ?? '');
  const local = clockOf(wire.date, wire.time);
  const gmt = clockOf(wire.gmtDate, wire.gmtTime);
  if (local === null) return gmt === null ? NO_TIME : fromGmt(gmt, offsetMin ?? 0);
  const offset = offsetMin ?? differenceMin(local, gmt);
  if (offset !== null) return placeTimeWithOffset(local, 'second', offset);
  const zone = place === null ? null : (zoneOfPlace(place) ?? zoneOfCity(place));
  return zone === null
    ? placeTimeWithoutZone(local, 'second')
    : placeTimeInZone(local, 'second', zone, 'postal_code');
}

/**
 * Converts `20240423` and `091519` to `2024-04-23T09:15:19`; to the date only when the time is
 * unreadable.
 */
export function clockOf(date: string | undefined, time: string | undefined): string | null {
  const day = dateOf(date);
  if (day === null) return null;
  const clock = clockText(time);
  const whole = clock === null ? day : `${day}T${clock}`;
  return wallClockMs(whole) === null ? day : whole;
}

/** Converts `20240423` (or `2024-04-23`) to `2024-04-23`; null for dates that do not exist. */
export function dateOf(date: string | undefined): string | null {
  const m = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(date ?? '');
  if (m === null) return null;
  const day = `${m[1]}-${m[2]}-${m[3]}`;
  return wallClockMs(day) === null ? null : day;
}

/**
 * Reads a time: `091519`, `91519` (without its leading zero, as in the description's own example)
 * or `09:15:19`.
 */
function clockText(time: string | undefined): string | null {
  const m = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(time ?? '');
  if (m) return `${(m[1] ?? '').padStart(2, '0')}:${m[2]}:${m[3] ?? '00'}`;
  if (!/^\d{1,6}$/.test(time ?? '')) return null;
  const digits = (time ?? '').padStart(6, '0');
  return `${digits.slice(0, 2)}:${digits.slice(2, 4)}:${digits.slice(4)}`;
}

/**
 * The offset as the difference of two times. Offsets in use are quarters of an hour within 14 h;
 * null for any other difference, because one of the times must be wrong.
 */
function differenceMin(local: string, gmt: string | null): number | null {
  if (gmt === null || local.length !== gmt.length || local.length === 10) return null;
  const minutes = ((wallClockMs(local) ?? 0) - (wallClockMs(gmt) ?? 0)) / MINUTE_MS;
  return minutes % 15 === 0 && Math.abs(minutes) <= 14 * 60 ? minutes : null;
}

function fromGmt(gmt: string, offsetMin: number): PlaceTime {
  const ms = wallClockMs(gmt);
  if (ms === null) return NO_TIME;
  // A GMT date without a time cannot be moved to another place's calendar.
  if (gmt.length === 10) return placeTimeWithOffset(gmt, 'date', 0);
  const local = new Date(ms + (offsetMin % DAY_MINUTES) * MINUTE_MS).toISOString().slice(0, 19);
  return placeTimeWithOffset(local, 'second', offsetMin);
}
