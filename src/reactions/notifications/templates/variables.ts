import type { LoggedShipment } from '../../../events/event.ts';
import { isTerminal, READ_STATUSES, type ReadStatus } from '../../../kernel/status.ts';
import { type OpeningHours, openingLines } from '../../../kernel/time/opening-hours.ts';
import type { Branding } from '../../../merchants/index.ts';
import type { Describe } from '../../../tracking/ports/public-tracks.ts';
import type { DeliveryRequestDetails, RenderInput, TemplateVariables } from '../contract.ts';
import { deliveryRequestText } from './case-words.ts';
import { clockAt, type DayWords, dayWords, isPast, namesLaterDay } from './day-words.ts';
import { plainLine } from './text-template.ts';
import type { Words } from './words.ts';

/** The inputs of the variables besides the message itself. */
interface VariableSources {
  readonly words: Words;
  /** Describes a status in our own words, in the language of `words`. */
  readonly describe: Describe;
  readonly branding: Pick<Branding, 'name'>;
  /** The carrier's name for people. */
  readonly carrierName: string;
  /** The place and time of the event; null: unknown, or the message does not name them. */
  readonly scan: Scan | null;
  /** The pickup point; null: there is none, or it is unknown. */
  readonly pickup: Pickup | null;
  /** The current time: an earlier estimate is none any more. */
  readonly nowMs: number;
  /** The request of the message; null: there is none, or the reader may not see it. */
  readonly deliveryRequest: DeliveryRequestDetails | null;
}

/** The place and local time of a carrier's event. */
export interface Scan {
  /** The city, or the pickup point's name; never a street. */
  readonly place: string | null;
  /** The local time, as exact as the carrier gave it. */
  readonly local: string | null;
  /**
   * The name of the clock, such as `UTC`, if it is not the place's and must be named; null: it is
   * the place's.
   */
  readonly clockName: string | null;
}

/** A place where a parcel can be collected, now or later. */
export interface Pickup {
  readonly name: string;
  /** The address in one line; null: it is unknown, or the reader may not see it. */
  readonly address: string | null;
  readonly hours: readonly OpeningHours[] | null;
}

/** Limits of texts. Longer ones are abbreviated, because they appear in subjects and in SMS. */
const NAME_CHARS_MAX = 60;
const PLACE_CHARS_MAX = 120;
const ID_CHARS_MAX = 80;

/** The variables of a message, from its event and for its audience. Pure; never throws. */
export function templateVariables(
  input: Omit<RenderInput, 'kind' | 'tenant' | 'notificationId'>,
  sources: VariableSources,
): TemplateVariables {
  const { words, describe, branding, scan, pickup } = sources;
  const { event, links } = input;
  const days = dayWords(words.frame, localeOf(input.locale, words));
  // The message is about the event, but it may have waited: the estimate is the current one.
  const { shipment: now } = input;
  const then = event?.data ?? now;
  const status = statusOf(then.status);
  const reason = then.sub_status || null;
  return {
    merchantName: input.branded ? abbreviate(branding.name, NAME_CHARS_MAX) : '',
    recipientName: nameOf(input.recipientName),
    carrierName: abbreviate(sources.carrierName, NAME_CHARS_MAX),
    trackingNumber: abbreviate(then.tracking_number || now.tracking_number, ID_CHARS_MAX),
    orderId: input.orderId === null ? null : abbreviate(input.orderId, ID_CHARS_MAX),
    statusText: describe({ status, reason, milestone: null }),
    reasonText: reason === null ? null : describe({ status, reason, milestone: null }),
    ...estimates(input, { days, nowMs: sources.nowMs }),
    arrivingMinutes: minutesUntil(event?.data.arriving?.expected_at ?? null, sources.nowMs),
    locationText: scan?.place ? abbreviate(scan.place, PLACE_CHARS_MAX) : null,
    // The time beside a place is the place's local time, whatever the time at the destination.
    occurredText:
      withClockName(days.wallClock(scan?.local ?? null), scan?.clockName ?? null) ??
      (scan?.place ? null : days.moment(occurredMs(then), then.time_zone ?? null)),
    pickupPoint: pickup === null ? null : pickupText(pickup),
    pickupHours: pickup === null ? null : hoursText(pickup, days, words),
    deliveryRequestText:
      sources.deliveryRequest &&
      deliveryRequestText(sources.deliveryRequest, words.frame.cases, days),
    pin: input.pin ?? null,
    deliveryRequestRefused: event?.data.delivery_request?.state === 'refused',
    ...links,
  };
}

const MINUTE_MS = 60_000;
/** The precision of the minutes, and the minimum: a prediction cannot be more exact. */
const MINUTES_STEP = 5;
const MINUTES_MAX = 60;

function minutesUntil(at: string | null, nowMs: number): string | null {
  const minutes = at === null ? Number.NaN : (Date.parse(at) - nowMs) / MINUTE_MS;
  if (Number.isNaN(minutes)) return null;
  const rounded = Math.round(minutes / MINUTES_STEP) * MINUTES_STEP;
  return String(Math.min(Math.max(MINUTES_STEP, rounded), MINUTES_MAX));
}

function withClockName(clock: string | null, name: string | null): string | null {
  return clock === null || name === null ? clock : `${clock} ${name}`;
}

function pickupText({ name, address }: Pickup): string {
  return abbreviate([name, address].filter(Boolean).join(', '), PLACE_CHARS_MAX);
}

/** The opening hours, such as `Mon–Fri 9:00 AM–6:00 PM; Sat 9:00 AM–1:00 PM`; null: unknown. */
function hoursText({ hours }: Pickup, days: DayWords, { frame }: Words): string | null {
  const lines = openingLines(hours ?? [], {
    days: days.weekdays,
    roundTheClock: frame.round_the_clock,
    time: (clock) => days.clock(clock) ?? clock,
  });
  const text = lines.map((line) => `${line.days} ${line.times}`).join('; ');
  return text === '' ? null : text;
}

function estimates(
  { event, template, shipment: now }: Pick<RenderInput, 'event' | 'template' | 'shipment'>,
  { days, nowMs }: { readonly days: DayWords; readonly nowMs: number },
): Pick<TemplateVariables, 'estimateText' | 'previousEstimateText'> {
  const { status } = now;
  const comes = !isTerminal(status) && status !== 'returning' && status !== 'available_for_pickup';
  const estimate = now.estimated_delivery ?? event?.data.estimated_delivery;
  const clock = clockAt(now.time_zone ?? event?.data.time_zone ?? null, nowMs);
  // A message that says "today" must not name another day, which would only confuse.
  const saysToday = status === 'out_for_delivery' && !MOVED_DATE.has(template);
  if (!comes || isPast(estimate, clock) || (saysToday && namesLaterDay(estimate, clock))) {
    return { estimateText: null, previousEstimateText: null };
  }
  const estimateText = days.estimate(estimate);
  const was = event?.previousAttributes.estimated_delivery;
  // A date that was only counted was nobody's statement; the page does not show it as the previous
  // one either.
  const before = was?.source === 'rule' ? null : days.estimate(was);
  const previousEstimateText = before === estimateText ? null : before;
  return { estimateText, previousEstimateText };
}

/** Templates that are about the estimate itself. */
const MOVED_DATE: ReadonlySet<RenderInput['template']> = new Set([
  'edd_changed',
  'delay_predicted',
]);

/** The time of the delivery if there was one, else of the last report; null: unknown. */
export function occurredMs({
  delivered_at: deliveredAt,
  last_event_at: lastEventAt,
}: Pick<LoggedShipment, 'delivered_at' | 'last_event_at'>): number | null {
  const ms = Date.parse(deliveredAt || lastEventAt || '');
  return Number.isNaN(ms) ? null : ms;
}

/**
 * The recipient's own locale (`de-AT`, `en-GB`) if it is of the words' language; else the usual
 * one.
 */
function localeOf(locale: string | null, { language, locale: usual }: Words): string {
  const requested = (locale ?? '').replaceAll('_', '-');
  if (!requested.toLowerCase().startsWith(`${language}-`) || requested.length > 20) return usual;
  try {
    return Intl.getCanonicalLocales(requested)[0] ?? usual;
  } catch {
    return usual;
  }
}

/**
 * The recipient's name; null if it does not look like one. In a shop, anybody can write what they
 * like into the field for the name, and may hope that a mail greets somebody with an advertisement.
 */
function nameOf(name: string | null): string | null {
  const line = plainLine(name ?? '');
  const isName =
    line !== '' &&
    line.length <= NAME_CHARS_MAX &&
    !/[/@<>{}[\]|\\]|www\.|\d{4}|\.\p{L}{2,}/iu.test(line);
  return isName ? line : null;
}

function abbreviate(text: string, charsMax: number): string {
  const line = plainLine(text);
  if (line.length <= charsMax) return line;
  return `${line
    .slice(0, charsMax - 1)
    .replace(/\p{Cs}$/u, '')
    .trimEnd()}…`;
}

/** The status; `none` for one that only a newer version knows. */
function statusOf(status: string): ReadStatus {
  return READ_STATUSES.find((each) => each === status) ?? 'none';
}
