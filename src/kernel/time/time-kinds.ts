import { z } from 'zod';
import { issueText } from '../wire/explain-issues.ts';
import { isZone } from './formatters.ts';
import { wallClockMs } from './place-time.ts';

/**
 * The kinds of time in the API's input and output. Every member that contains a time is one of
 * these, so that a kind looks the same everywhere; `src/http/docs/time-kinds.test.ts` checks the
 * whole description of the API for others.
 *
 * Durations are numbers, with the unit at the end of their name (`ceiling_s`, `duration_ms`).
 */

// ---------------------------------------------------------------- output

/** `2026-03-10T12:00:00.000Z`: RFC 3339, always in UTC, to the millisecond. */
export const instant = z.iso.datetime({ precision: 3 });
export const instantOrNull = instant.nullable();

/** `2026-03-14`: a day of the calendar; whose calendar, the member says. */
export const localDate = z.iso.date();
export const localDateOrNull = localDate.nullable();

/**
 * What a clock on the wall of that place shows, without offset and as exact as it is known:
 * `2026-03-14`, `2026-03-14T09:30` or `2026-03-14T09:30:00`. The instant, and how the zone is
 * known, are members of their own.
 */
export const localTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?$/)
  .meta({ example: '2026-03-14T09:30:00' });
export const localTimeOrNull = localTime.nullable();

/** `09:00`: a time of day; `24:00` is the end of the day. */
export const clockTime = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/)
  .meta({ example: '09:00' });

const TIME_ZONE = /^([A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*|[+-]\d{2}:\d{2})$/;

/** `America/Chicago`, or `-05:00` where only the offset is known. */
export const timeZone = z.string().regex(TIME_ZONE).meta({ example: 'America/Chicago' });
export const timeZoneOrNull = timeZone.nullable();

// ---------------------------------------------------------------- input

/** A date that exists, in this century: `2026-02-30` is refused, and so is a year of a typing error. */
export const givenDate = z
  .string()
  .regex(/^20\d\d-\d\d-\d\d$/, issueText('values.useDateThisCentury'))
  .refine((value) => wallClockMs(value) !== null, issueText('values.useExistingDate'))
  .meta({ format: 'date', example: '2026-03-14' });

/** An instant that says its offset, whichever, in this century. */
export const givenInstant = z.iso
  .datetime({ offset: true, error: issueText('values.useIso8601Instant') })
  .refine((value) => /^20\d\d-/.test(value), issueText('values.useInstantThisCentury'))
  .meta({ example: '2026-03-10T12:00:00Z' });

/**
 * When a device observed something, as the device writes it: an instant with its offset, or what the
 * clock on the wall shows. At least to the minute, in this century.
 */
export const givenObservation = z
  .string()
  .regex(
    /^20\d\d-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?$/,
    issueText('scans.useIso8601'),
  )
  .meta({ example: '2026-03-14T09:26:53+01:00' });

/** A time of day. */
export const givenClockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, issueText('values.useQuotedTime'));

const ZONE_CHARS_MAX = 64;
const ZONE_WANTED = issueText('values.useIanaTimeZone');

/** A zone that exists, by its IANA name. */
export const givenTimeZone = z
  .string()
  .trim()
  .max(ZONE_CHARS_MAX, { error: ZONE_WANTED, abort: true })
  .regex(TIME_ZONE, { error: ZONE_WANTED, abort: true })
  .refine(isZone, ZONE_WANTED);
