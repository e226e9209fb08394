import type { ShipmentEvent } from '../../../events/event.ts';
import type {
  Audience,
  ChannelKind,
  Milestone,
  NotSentReason,
  WaitingReason,
} from '../contract.ts';
import {
  durationMs,
  type QuietHours,
  quietHoursOf,
  type Rule,
  type RuleSet,
  windowOf,
} from '../rules/rule-set.ts';
import { dateOf, oppositeOf } from '../triggers/milestones-of.ts';
import { type DayMessage, dayAmong } from './day-notified.ts';
import { FOR_EVER_MS, quietUntilMs, windowEndMs, zoneOf } from './quiet-hours.ts';
import { type Claim, isStillTrue, type PageNow, type ShipmentNow, saysSame } from './still-true.ts';

/** An address's preferences for this merchant. */
export interface Preference {
  readonly unsubscribed: boolean;
  readonly muted: readonly string[];
  readonly locale: string | null;
  readonly quietHours: (QuietHours & { readonly time_zone: string | null }) | null;
}

/** The expected outcome of a failed attempt or an exception. */
export interface Foresight {
  /** The parcel is sent back because of it: people are notified of that in a moment. */
  readonly goesBack: boolean;
  /** The carrier acts on a request, so nothing is wrong. */
  readonly requested: boolean;
}

/** The due message itself: its milestone, subject, audience and channel, without its event. */
interface DueMessage {
  readonly milestone: Milestone;
  /**
   * The identity of the message, which is sent once per window: its milestone; for cases and
   * requests one of their own.
   */
  readonly subject: string;
  readonly channel: ChannelKind;
  readonly audience: Audience;
  readonly occurredAtMs: number;
  /**
   * Whether it gives the recipient the PIN that the courier will ask for. Then it cannot be opted
   * out of, because the parcel is handed over only for the PIN.
   */
  readonly carriesPin: boolean;
  /** How long our own decision delayed the message, which must not make it stale. */
  readonly waitedMs: number;
}

/** The address of the message. */
interface AddressNow {
  readonly preference: Preference | null;
  /** Whether a provider reported that the address must not be written to. */
  readonly suppressed: boolean;
  /** The messages about the same parcel that were, or may have been, sent to the address. */
  readonly notified: Notified;
}

export interface Notified {
  /**
   * The open window of the subject, during which the same is not sent again; null: there was no
   * earlier message.
   */
  readonly window: { readonly untilMs: number } | null;
  /**
   * The latest message of this subject or of the one that retracts it (retracted.ts); null:
   * neither, or it has no such pair.
   */
  readonly last: { readonly subject: string; readonly position: bigint } | null;
  /**
   * The other messages to the address that name the expected day; loaded only if this one announces
   * a move.
   */
  readonly days: readonly DayMessage[];
}

/** A message with everything that decides on it, at this moment. */
export interface DecideInput {
  readonly message: DueMessage;
  /** The event; null: it is no longer in the log. */
  readonly event: ShipmentEvent | null;
  /** The shipment; null: it was deleted. */
  readonly shipment: ShipmentNow | null;
  readonly rules: Pick<RuleSet, 'time_zone' | 'quiet_hours'>;
  /** The rule by which the message was noted; null: it was switched off or removed. */
  readonly rule: Rule | null;
  /** The address; null: there is none, or its holder has unsubscribed. */
  readonly address: AddressNow | null;
  /**
   * What happened to the case of the event after it; null: nothing, or the event is about no case.
   */
  readonly caseSince: 'opened' | 'resolved' | null;
  /**
   * The expected outcome of failed attempts and exceptions; null: the event is neither, or
   * nothing predicts it.
   */
  readonly foresight: Foresight | null;
  /**
   * The content of the number's public page, for messages that may not name the merchant; null:
   * there is no page. `own`: the message may name the merchant.
   */
  readonly page: PageNow | null | 'own';
  readonly nowMs: number;
}

export type Verdict =
  | { readonly kind: 'send'; readonly window: Window }
  | { readonly kind: 'wait'; readonly untilMs: number; readonly why: WaitingReason }
  | { readonly kind: 'no'; readonly reason: NotSentReason };

/**
 * The right to notify the address of the subject, which only one message has at a time. Sending
 * requires it.
 */
export interface Window {
  /** Until when the same is not sent again; Infinity: never again. */
  readonly untilMs: number;
  /**
   * Whether an earlier message has the window, with content that is wrong by now: then the window
   * is taken over.
   */
  readonly corrects: boolean;
}

/**
 * Decides whether a message about an event is sent now, later or never, and why. It is called when
 * the message is due, and again after a wait. Windows use the log's time: an event that is read late
 * gets the same decision as one that is read on time. Pure.
 */
export function decide(input: DecideInput): Verdict {
  const { event, shipment, rule, address } = input;
  if (shipment === null) return notSent('deleted');
  if (event === null) return notSent('stale');
  if (rule === null) return notSent('rule_off');
  const reason = reasonNotToSend(input, event, rule);
  if (reason !== null) return notSent(reason);
  if (address === null)
    return notSent(input.message.audience === 'subscribers' ? 'preference' : 'no_address');
  return decideForAddress({ ...input, event, shipment, rule, address });
}

function notSent(reason: NotSentReason): Verdict {
  return { kind: 'no', reason };
}

/** Why the message must not be sent to anyone; null: it may be sent. */
function reasonNotToSend(
  { message, foresight, nowMs }: DecideInput,
  event: ShipmentEvent,
  rule: Rule,
): NotSentReason | null {
  // When it is confirmed, shipment.delivered follows, and that is announced.
  if (message.milestone === 'delivered' && event.type !== 'shipment.delivered')
    return 'unconfirmed';
  if (isSuperseded(event, foresight)) return 'superseded';
  const staleAtMs = message.occurredAtMs + durationMs(rule.max_age) + message.waitedMs;
  return Math.max(nowMs, event.recordedAtMs) > staleAtMs ? 'stale' : null;
}

/** Whether the message is superseded: another one follows in a moment, or there is no trouble. */
function isSuperseded(event: ShipmentEvent, foresight: Foresight | null): boolean {
  if (foresight === null || !wantsForesight(event)) return false;
  return foresight.goesBack || (event.data.status === 'exception' && foresight.requested);
}

/** Whether the expected outcome matters for the decision. */
export function wantsForesight({ type, data }: Pick<ShipmentEvent, 'type' | 'data'>): boolean {
  const { status } = data;
  return (
    type === 'shipment.status_changed' &&
    (status === 'delivery_attempted' || status === 'exception')
  );
}

interface Complete extends DecideInput {
  readonly event: ShipmentEvent;
  readonly shipment: ShipmentNow;
  readonly rule: Rule;
  readonly address: AddressNow;
}

/**
 * Decides on a message whose event, shipment, rule and address are known: not sent, sent later or
 * sent now.
 */
function decideForAddress(input: Complete): Verdict {
  const { message, event, shipment, rule, rules, address, nowMs } = input;
  const { milestone, channel } = message;
  const { preference } = address;
  const isPerson = message.audience !== 'merchant';
  if (address.suppressed) return notSent('bounced');
  if (!message.carriesPin && isUnwanted(preference, milestone)) return notSent('preference');
  if (isPerson && !isStillTrue(milestone, claimOf(input), shipment)) return notSent('superseded');
  const repeat = compareWithEarlier(input, isPerson);
  if (typeof repeat === 'string') return notSent(repeat);
  const zone = zoneOf(...shipment.zones, rules.time_zone);
  const hours = isPerson ? (preference?.quietHours ?? quietHoursOf(rules, rule, channel)) : null;
  const quietZone = zoneOf(preference?.quietHours?.time_zone, zone);
  const quietMs = hours === null ? null : quietUntilMs(hours, quietZone, nowMs);
  const settledMs = repeat.kind === 'settling' ? repeat.untilMs : null;
  if (settledMs !== null && settledMs >= (quietMs ?? 0)) {
    return { kind: 'wait', untilMs: settledMs, why: 'settling' };
  }
  if (quietMs !== null) {
    const staleAtMs = message.occurredAtMs + durationMs(rule.max_age);
    // An announcement that the courier is minutes away cannot wait for the morning.
    if (milestone === 'arriving' && quietMs > staleAtMs) return notSent('stale');
    return { kind: 'wait', untilMs: quietMs, why: 'quiet_hours' };
  }
  // A merchant's command must not be visible to people who may wait for another's parcel.
  if (input.page !== 'own' && !saysSame(input.page, milestone, event.data))
    return notSent('unconfirmed');
  const untilMs = windowEndMs(windowOf(rule, milestone), zone, event.recordedAtMs);
  return { kind: 'send', window: { untilMs, corrects: repeat.kind === 'new' && repeat.corrects } };
}

function claimOf({ event, caseSince }: Complete): Claim {
  const { data, previousAttributes: was } = event;
  return {
    day: dateOf(data.estimated_delivery),
    reason: data.sub_status ?? null,
    wrong: event.type === 'shipment.corrected' ? (was.status ?? null) : null,
    caseSince,
  };
}

type Repeat =
  | { readonly kind: 'new'; readonly corrects: boolean }
  | { readonly kind: 'settling'; readonly untilMs: number };

/**
 * How the message relates to those that the address has, or may have, received; a reason: it is not
 * sent.
 */
function compareWithEarlier(
  { message: { milestone, subject }, event, address: { notified }, nowMs }: Complete,
  isPerson: boolean,
): Repeat | NotSentReason {
  const { position, recordedAtMs } = event;
  let corrects = false;
  if (event.type === 'shipment.edd_changed') {
    const day = dateOf(event.data.estimated_delivery);
    const relation = dayAmong(
      { position, day, recordedAtMs },
      notified.days,
      isPerson ? nowMs : null,
    );
    if (relation.kind === 'settling') return relation;
    if (isPerson && relation.kind === 'outdated') return 'superseded';
    if (isPerson && relation.kind === 'known') return 'duplicate';
    corrects = relation.kind === 'new' && relation.corrects;
  } else if (oppositeOf(subject) !== null) {
    const { last } = notified;
    if (isPerson && last !== null && last.position > position) return 'superseded';
    corrects = last !== null && last.subject !== subject;
    // A correction is only for those who were notified of the error.
    if (isPerson && milestone === 'corrected' && !corrects) return 'superseded';
    if (isPerson && last !== null && !corrects) return 'duplicate';
  }
  const isOpen = notified.window !== null && notified.window.untilMs > recordedAtMs;
  return isOpen && !corrects ? 'duplicate' : { kind: 'new', corrects };
}

/** Whether the holder of an address wants no messages at all, or none of this milestone. Pure. */
export function isUnwanted(preference: Preference | null, milestone: string): boolean {
  return preference !== null && (preference.unsubscribed || preference.muted.includes(milestone));
}

/** The confirmation that asks an address to opt in. */
interface ConfirmationInput {
  readonly isDeleted: boolean;
  /** Whether the confirmation was answered, or the subscription has ended. */
  readonly isAnswered: boolean;
  readonly staleAtMs: number;
  readonly nowMs: number;
}

/** A message that a merchant's employee wrote to a recipient by hand. */
interface WrittenInput {
  readonly channel: ChannelKind;
  /** Null: it was deleted. */
  readonly shipment: Pick<ShipmentNow, 'zones'> | null;
  readonly rules: Pick<RuleSet, 'time_zone' | 'quiet_hours'>;
  /** The address; null: there is none. */
  readonly address: Omit<AddressNow, 'notified'> | null;
  readonly staleAtMs: number;
  readonly nowMs: number;
}

/**
 * Decides on a message written by hand. It is sent whatever the rules say, but not to an address
 * that has unsubscribed, and not to a phone at night. Pure.
 */
export function decideWritten(input: WrittenInput): Verdict {
  const { channel, shipment, rules, address, nowMs } = input;
  if (shipment === null) return notSent('deleted');
  if (nowMs > input.staleAtMs) return notSent('stale');
  if (address === null) return notSent('no_address');
  if (address.suppressed) return notSent('bounced');
  const { preference } = address;
  if (isUnwanted(preference, 'merchant_message')) return notSent('preference');
  const hours = preference?.quietHours ?? quietHoursOf(rules, { quiet_hours: 'default' }, channel);
  const zone = zoneOf(preference?.quietHours?.time_zone, ...shipment.zones, rules.time_zone);
  const quietMs = hours === null ? null : quietUntilMs(hours, zone, nowMs);
  if (quietMs !== null) return { kind: 'wait', untilMs: quietMs, why: 'quiet_hours' };
  return { kind: 'send', window: { untilMs: FOR_EVER_MS, corrects: false } };
}

/**
 * Decides on a confirmation. There are no quiet hours: its reader requested it a moment ago, and
 * has not been notified of anything yet. Pure.
 */
export function decideConfirmation(input: ConfirmationInput): Verdict {
  if (input.isDeleted) return notSent('deleted');
  if (input.isAnswered) return notSent('preference');
  if (input.nowMs > input.staleAtMs) return notSent('stale');
  return { kind: 'send', window: { untilMs: FOR_EVER_MS, corrects: false } };
}
