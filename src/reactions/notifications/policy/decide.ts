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
import { dateOf } from '../triggers/milestones-of.ts';
import { type DayMessage, dayAmong } from './day-notified.ts';
import { FOR_EVER_MS, quietUntilMs, windowEndMs, zoneOf } from './quiet-hours.ts';
import { oppositeOf } from './retracted.ts';
import { type PageNow, saysSame } from './shared-page.ts';
import { type Claim, isStillTrue, type ShipmentNow } from './still-true.ts';

/** What an address wants of this merchant. */
export interface Preference {
  readonly unsubscribed: boolean;
  readonly muted: readonly string[];
  readonly locale: string | null;
  readonly quietHours: (QuietHours & { readonly time_zone: string | null }) | null;
}

/** What is about to become of trouble. */
export interface Foresight {
  /** The parcel is sent back because of it: that is what people are notified of, in a moment. */
  readonly goesBack: boolean;
  /** The carrier does what somebody asked for: that is no trouble. */
  readonly requested: boolean;
}

/** A note whose turn it is: what to look at, for whom, by which channel. */
export interface NotedMessage {
  readonly milestone: Milestone;
  /** What is sent once in a window: the milestone, of cases and requests each by itself. */
  readonly subject: string;
  readonly channel: ChannelKind;
  readonly audience: Audience;
  readonly occurredAtMs: number;
  /**
   * It tells the recipient the PIN that the courier will ask for: it is no news that one may do without,
   * but what the parcel is handed over for.
   */
  readonly carriesPin: boolean;
  /** How long it was kept back by a decision of ours, which is no reason to throw it away. */
  readonly waitedMs: number;
}

/** The address it goes to. */
export interface AddressNow {
  readonly preference: Preference | null;
  /** Its provider reported that it must not be written to. */
  readonly suppressed: boolean;
  /** What it was notified of, or may have been, of the same parcel. */
  readonly notified: Notified;
}

export interface Notified {
  /** Until when the same is not sent again, as another message has been; null: none has. */
  readonly window: { readonly untilMs: number } | null;
  /** The latest of the same and of what retracts it (retracted.ts); null: neither, or it has no such pair. */
  readonly last: { readonly subject: string; readonly position: bigint } | null;
  /** Its other messages that name the expected day; read where this one says that it moved. */
  readonly days: readonly DayMessage[];
}

/** A note and all that decides on it, as it is at this moment. */
export interface DecideInput {
  readonly message: NotedMessage;
  /** Null: the log keeps it no longer. */
  readonly event: ShipmentEvent | null;
  /** Null: it was deleted. */
  readonly shipment: ShipmentNow | null;
  readonly rules: Pick<RuleSet, 'time_zone' | 'quiet_hours'>;
  /** By which it was noted; null: it was switched off or taken away. */
  readonly rule: Rule | null;
  /** Null: there is none, or its holder wants nothing any more. */
  readonly address: AddressNow | null;
  /** What happened to the case of the event after it; null: nothing, or it is about no case. */
  readonly caseSince: 'opened' | 'resolved' | null;
  /** Of failed attempts and exceptions, where somebody follows them to their end. */
  readonly foresight: Foresight | null;
  /** Where the message may name no merchant: what the page of the number says. `own`: it may. */
  readonly page: PageNow | null | 'own';
  readonly nowMs: number;
}

export type Verdict =
  | { readonly kind: 'send'; readonly window: Window }
  | { readonly kind: 'wait'; readonly untilMs: number; readonly why: WaitingReason }
  | { readonly kind: 'no'; readonly reason: NotSentReason };

/** What sending it takes: the right to notify the address of the subject, which one message has at a time. */
export interface Window {
  /** Until when the same is not sent again; Infinity: ever. */
  readonly untilMs: number;
  /** An earlier message has it, and what that said is wrong by now: it is taken over. */
  readonly corrects: boolean;
}

/**
 * Whether a message is sent, now, later or never, and why. This is the only place that decides; it is
 * asked when a message's turn has come, and again when it has waited. Windows run by the log's time: an
 * event that is read late is decided as it would have been in time. Pure.
 */
export function decide(input: DecideInput): Verdict {
  const { event, shipment, rule, address } = input;
  if (shipment === null) return no('deleted');
  if (event === null) return no('stale');
  if (rule === null) return no('rule_off');
  const reason = refusalOf(input, event, rule);
  if (reason !== null) return no(reason);
  if (address === null)
    return no(input.message.audience === 'subscribers' ? 'preference' : 'no_address');
  return decideFor({ ...input, event, shipment, rule, address });
}

function no(reason: NotSentReason): Verdict {
  return { kind: 'no', reason };
}

/** What is not to be sent to anybody. */
function refusalOf(
  { message, foresight, nowMs }: DecideInput,
  event: ShipmentEvent,
  rule: Rule,
): NotSentReason | null {
  // When it is confirmed, shipment.delivered follows and is what people are notified of.
  if (message.milestone === 'delivered' && event.type !== 'shipment.delivered')
    return 'unconfirmed';
  if (isSuperseded(event, foresight)) return 'superseded';
  const staleAtMs = message.occurredAtMs + durationMs(rule.max_age) + message.waitedMs;
  return Math.max(nowMs, event.recordedAtMs) > staleAtMs ? 'stale' : null;
}

/** Something else is sent in a moment, or there is nothing to worry about. */
function isSuperseded(event: ShipmentEvent, foresight: Foresight | null): boolean {
  if (foresight === null || !wantsForesight(event)) return false;
  return foresight.goesBack || (event.data.status === 'exception' && foresight.requested);
}

/** Whether what becomes of it decides. */
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

function decideFor(input: Complete): Verdict {
  const { message, event, shipment, rule, rules, address, nowMs } = input;
  const { milestone, channel } = message;
  const { preference } = address;
  const isPerson = message.audience !== 'merchant';
  if (address.suppressed) return no('bounced');
  if (!message.carriesPin && isUnwanted(preference, milestone)) return no('preference');
  if (isPerson && !isStillTrue(milestone, claimOf(input), shipment)) return no('superseded');
  const repeat = repeatOf(input, isPerson);
  if (typeof repeat === 'string') return no(repeat);
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
    // That the courier is minutes away cannot wait for the morning.
    if (milestone === 'arriving' && quietMs > staleAtMs) return no('stale');
    return { kind: 'wait', untilMs: quietMs, why: 'quiet_hours' };
  }
  // What one merchant says by a command is no affair of who may be waiting for another's parcel.
  if (input.page !== 'own' && !saysSame(input.page, milestone, event.data))
    return no('unconfirmed');
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

/** What the message is beside those that the address has got, or may have; a reason: not to be sent. */
function repeatOf(
  { message: { milestone, subject }, event, address: { notified }, nowMs }: Complete,
  isPerson: boolean,
): Repeat | NotSentReason {
  const { position, recordedAtMs } = event;
  let corrects = false;
  if (event.type === 'shipment.edd_changed') {
    const day = dateOf(event.data.estimated_delivery);
    const of = dayAmong({ position, day, recordedAtMs }, notified.days, isPerson ? nowMs : null);
    if (of.kind === 'settling') return of;
    if (isPerson && of.kind === 'outdated') return 'superseded';
    if (isPerson && of.kind === 'known') return 'duplicate';
    corrects = of.kind === 'new' && of.corrects;
  } else if (oppositeOf(subject) !== null) {
    const { last } = notified;
    if (isPerson && last !== null && last.position > position) return 'superseded';
    corrects = last !== null && last.subject !== subject;
    // A correction is for those who were notified of what it corrects.
    if (isPerson && milestone === 'corrected' && !corrects) return 'superseded';
    if (isPerson && last !== null && !corrects) return 'duplicate';
  }
  const isOpen = notified.window !== null && notified.window.untilMs > recordedAtMs;
  return isOpen && !corrects ? 'duplicate' : { kind: 'new', corrects };
}

function isUnwanted(preference: Preference | null, milestone: string): boolean {
  return preference !== null && (preference.unsubscribed || preference.muted.includes(milestone));
}

/** The question whether an address wants to be notified at all. */
export interface ConfirmationInput {
  readonly isDeleted: boolean;
  /** It was answered, or the subscription has ended. */
  readonly isAnswered: boolean;
  readonly staleAtMs: number;
  readonly nowMs: number;
}

/** What somebody of the merchant wrote to a recipient by hand. */
export interface WrittenInput {
  readonly channel: ChannelKind;
  /** Null: it was deleted. */
  readonly shipment: Pick<ShipmentNow, 'zones'> | null;
  readonly rules: Pick<RuleSet, 'time_zone' | 'quiet_hours'>;
  /** Null: there is none. */
  readonly address: Omit<AddressNow, 'notified'> | null;
  readonly staleAtMs: number;
  readonly nowMs: number;
}

/** It goes out whatever the rules say, and yet to nobody who wants no messages, and by night to no phone. Pure. */
export function decideWritten(input: WrittenInput): Verdict {
  const { channel, shipment, rules, address, nowMs } = input;
  if (shipment === null) return no('deleted');
  if (nowMs > input.staleAtMs) return no('stale');
  if (address === null) return no('no_address');
  if (address.suppressed) return no('bounced');
  const { preference } = address;
  if (isUnwanted(preference, 'merchant_message')) return no('preference');
  const hours = preference?.quietHours ?? quietHoursOf(rules, { quiet_hours: 'default' }, channel);
  const zone = zoneOf(preference?.quietHours?.time_zone, ...shipment.zones, rules.time_zone);
  const quietMs = hours === null ? null : quietUntilMs(hours, zone, nowMs);
  if (quietMs !== null) return { kind: 'wait', untilMs: quietMs, why: 'quiet_hours' };
  return { kind: 'send', window: { untilMs: FOR_EVER_MS, corrects: false } };
}

/** Whoever asked for it a moment ago is awake, and has been notified of nothing yet. Pure. */
export function decideConfirmation(input: ConfirmationInput): Verdict {
  if (input.isDeleted) return no('deleted');
  if (input.isAnswered) return no('preference');
  if (input.nowMs > input.staleAtMs) return no('stale');
  return { kind: 'send', window: { untilMs: FOR_EVER_MS, corrects: false } };
}
