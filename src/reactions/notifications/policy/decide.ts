import type {
  Audience,
  ChannelKind,
  Milestone,
  NotSentReason,
  TemplateName,
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
import {
  dateOf,
  type MilestoneUpdate,
  milestonesOf,
  type News,
} from '../triggers/milestones-of.ts';
import { DAYS_TOLD, settledMs } from './day-notified.ts';
import { quietUntilMs, windowEndMs, zoneOf } from './quiet-hours.ts';
import { oppositeOf } from './retracted.ts';

/** An address that may be told, without the address: what is decided does not depend on it. */
export interface Person {
  readonly audience: Audience;
  readonly channel: ChannelKind;
  /** Hex; null: nobody gave one. */
  readonly addressHash: string | null;
  readonly subscriptionId: string | null;
  /** What a subscriber asked for; empty, and for all others: whatever the rules tell them. */
  readonly milestones: readonly string[];
  readonly locale: string | null;
  readonly preference: Preference | null;
  /** Its provider said that it is not to be written to. */
  readonly suppressed: boolean;
}

/** What an address wants of this merchant. */
export interface Preference {
  readonly unsubscribed: boolean;
  readonly muted: readonly string[];
  readonly locale: string | null;
  readonly quietHours: (QuietHours & { readonly time_zone: string | null }) | null;
}

/** By `toldKey`: what was told of a shipment, or is about to be. */
export type ToldOf = ReadonlyMap<string, Told>;

export interface Told {
  /** Until when it is not told again. */
  readonly untilMs: number;
  /** Of the news by which it was told. */
  readonly position: bigint;
  /** The day that was told with it; null: none. */
  readonly day: string | null;
  /** When that was decided; absent: it tells of no day. */
  readonly atMs?: number | null;
}

export interface DecideInput {
  readonly news: News;
  readonly rules: RuleSet;
  /** Recipient, subscribers; the merchant is in the rules. */
  readonly people: readonly Person[];
  readonly told: ToldOf;
  readonly nowMs: number;
}

export interface Decision {
  readonly rule: string;
  readonly milestone: Milestone;
  readonly template: TemplateName;
  readonly channel: ChannelKind;
  readonly audience: Audience;
  readonly addressHash: string | null;
  readonly subscriptionId: string | null;
  readonly merchantTo: string | null;
  readonly locale: string | null;
  readonly subject: string;
  readonly occurredAtMs: number;
  readonly staleAtMs: number;
  /** Until when the same is not told again, if this is. */
  readonly toldUntilMs: number;
  /** Of the news that takes back what was told of the same before; null: nothing does. */
  readonly retractedAt: bigint | null;
  readonly verdict:
    | { readonly kind: 'send' }
    | { readonly kind: 'postpone'; readonly untilMs: number; readonly why: WaitingReason }
    | { readonly kind: 'not_sent'; readonly reason: NotSentReason };
}

/**
 * Whom a log entry is told to, how and when, and to whom not and why. Of several rules for the same
 * news, channel and audience the first decides, so that a special one may stand before a general
 * one. Windows run by the log's time: an entry that is read late decides as it would have in time.
 * Pure.
 */
export function decide(input: DecideInput): readonly Decision[] {
  return decideOn(input, new Map(input.told));
}

/** News of any shipments in the order of the log, and all that is known for it. */
export interface DecideAllInput extends Pick<DecideInput, 'nowMs'> {
  readonly all: readonly (Pick<DecideInput, 'news' | 'rules' | 'people'> & {
    readonly shipmentId: string;
  })[];
  /** By shipment. */
  readonly told: ReadonlyMap<string, ToldOf>;
}

/**
 * What `decide` says of each, in its place: as if what was decided of those before it had been
 * written down by then. Pure.
 */
export function decideAll({ all, told, nowMs }: DecideAllInput): readonly (readonly Decision[])[] {
  const soFar = new Map([...told].map(([shipmentId, of]) => [shipmentId, new Map(of)]));
  return all.map(({ shipmentId, ...about }) => {
    const of = soFar.get(shipmentId) ?? new Map<string, Told>();
    soFar.set(shipmentId, of);
    return decideOn({ ...about, told: of, nowMs }, of);
  });
}

/** @param told takes in what is decided. */
function decideOn(input: DecideInput, told: Map<string, Told>): readonly Decision[] {
  return milestonesOf(input.news).flatMap((update) =>
    addressed(input, update).flatMap(({ rule, person }) => {
      if (isUncalledFor(update, person, input.news, told)) return [];
      const decision = decideOne(input, update, rule, person, told);
      if (decision.verdict.kind !== 'not_sent') {
        const { subject, channel, addressHash, toldUntilMs: untilMs } = decision;
        const { position } = input.news;
        const day = dateOf(input.news.data.estimated_delivery);
        const { recordedAtMs: atMs } = input.news;
        told.set(toldKey(subject, channel, addressHash ?? ''), { untilMs, position, day, atMs });
      }
      return [decision];
    }),
  );
}

/** Whether any rule is about what an entry tells: most entries of the log are about nothing told. */
export function isToldAtAll(news: News, { rules }: RuleSet): boolean {
  const told = milestonesOf(news);
  return rules.some(
    ({ enabled, milestones }) =>
      enabled && told.some(({ milestone }) => milestones.includes(milestone)),
  );
}

/** Names what was told to whom. */
export function toldKey(subject: string, channel: ChannelKind, addressHash: string): string {
  return `${subject} ${channel} ${addressHash}`;
}

interface Addressed {
  readonly rule: Rule;
  readonly person: Person & { readonly merchantTo?: string | null };
}

function addressed(
  { news, rules, people }: DecideInput,
  { milestone }: MilestoneUpdate,
): Addressed[] {
  const found: Addressed[] = [];
  const settled = new Set<string>();
  for (const rule of rules.rules) {
    if (!rule.enabled || !rule.milestones.includes(milestone) || !isAbout(rule, news)) continue;
    for (const audience of rule.audience) {
      for (const channel of rule.channels) {
        // A merchant's addresses are the rules' own: each rule for it is told to another.
        const key = `${audience} ${channel} ${audience === 'merchant' ? rule.to : ''}`;
        if (settled.has(key)) continue;
        settled.add(key);
        if (audience === 'merchant') found.push({ rule, person: merchantBy(rule, channel) });
        for (const person of people) {
          const isMeant = person.audience === audience && person.channel === channel;
          if (isMeant && wants(person, milestone)) found.push({ rule, person });
        }
      }
    }
  }
  return found;
}

function isAbout({ only }: Rule, { data }: News): boolean {
  const { carrier, tags } = data;
  const ofCarrier = only.carriers.length === 0 || only.carriers.some((name) => name === carrier);
  const tagged = only.tags.some((tag) => tags?.includes(tag));
  return ofCarrier && (only.tags.length === 0 || tagged);
}

/** What a subscriber did not ask for is not even decided. */
function wants({ milestones }: Person, milestone: Milestone): boolean {
  return milestones.length === 0 || milestones.includes(milestone);
}

function merchantBy({ to }: Rule, channel: ChannelKind): Addressed['person'] {
  return {
    ...{ audience: 'merchant', channel, merchantTo: to },
    addressHash: merchantHash(to),
    ...{ subscriptionId: null, milestones: [], locale: null, preference: null, suppressed: false },
  };
}

/** Not personal, so it needs no key; hex like all others. */
function merchantHash(to: string | null): string {
  return Buffer.from(`merchant:${to ?? ''}`).toString('hex');
}

/** A correction is for those who were told what is corrected. */
function isUncalledFor(update: MilestoneUpdate, person: Person, news: News, told: ToldOf): boolean {
  if (update.milestone !== 'corrected' || person.audience === 'merchant') return false;
  const wrong = String(news.previousAttributes.status);
  return !told.has(toldKey(wrong, person.channel, person.addressHash ?? ''));
}

function decideOne(
  { news, rules, nowMs }: DecideInput,
  update: MilestoneUpdate,
  rule: Rule,
  person: Addressed['person'],
  told: ToldOf,
): Decision {
  const { milestone, occurredAtMs, unconfirmed, superseded } = update;
  const { audience, channel, addressHash, subscriptionId, preference, merchantTo = null } = person;
  const zone = zoneOf(news.data.time_zone, rules.time_zone);
  const { recordedAtMs } = news;
  const staleAtMs = occurredAtMs + durationMs(rule.max_age);
  const subject = channel === 'ticket' ? ofTicket(update, news) : update.subject;
  const toldOf = (what: string) => told.get(toldKey(what, channel, addressHash ?? ''));
  const [same, opposite] = [toldOf(subject), toldOf(oppositeOf(subject) ?? '')];
  // Whether that arrives nobody knows yet: whoever sends this finds out (recheck.ts).
  const isRetracted =
    same !== undefined && opposite !== undefined && opposite.position > same.position;
  const dayBefore = otherDayTold(news, DAYS_TOLD.map(toldOf));
  const retractedAt = isRetracted ? opposite.position : dayBefore === null ? null : news.position;
  const refusal = (): NotSentReason | null => {
    if (unconfirmed) return 'unconfirmed';
    if (superseded) return 'superseded';
    if (Math.max(nowMs, recordedAtMs) > staleAtMs) return 'stale';
    if (addressHash === null) return 'no_address';
    if (person.suppressed) return 'bounced';
    if (isUnwanted(preference, milestone)) return 'preference';
    if (same === undefined || retractedAt !== null) return null;
    return same.untilMs > recordedAtMs ? 'duplicate' : null;
  };
  const reason = refusal();
  const hours = preference?.quietHours ?? quietHoursOf(rules, rule, channel);
  const quietZone = zoneOf(preference?.quietHours?.time_zone, zone);
  const isPerson = audience !== 'merchant';
  const quietMs = hours === null || !isPerson ? null : quietUntilMs(hours, quietZone, nowMs);
  const stayedMs =
    dayBefore === null || !isPerson ? null : settledMs(recordedAtMs, dayBefore.atMs ?? null);
  return {
    ...{ rule: rule.name, milestone, template: rule.template ?? milestone, channel, audience },
    ...{ addressHash, subscriptionId, merchantTo, subject, occurredAtMs, staleAtMs },
    locale: preference?.locale ?? person.locale,
    toldUntilMs: windowEndMs(windowOf(rule, milestone), zone, recordedAtMs),
    retractedAt,
    verdict:
      reason !== null
        ? { kind: 'not_sent', reason }
        : waiting(quietMs, stayedMs !== null && stayedMs > nowMs ? stayedMs : null),
  };
}

/** Until the later of the two; who sends it looks at the hours once more. */
function waiting(quietMs: number | null, stayedMs: number | null): Decision['verdict'] {
  if (stayedMs !== null && stayedMs >= (quietMs ?? 0)) {
    return { kind: 'postpone', untilMs: stayedMs, why: 'settling' };
  }
  return quietMs === null
    ? { kind: 'send' }
    : { kind: 'postpone', untilMs: quietMs, why: 'quiet_hours' };
}

/** What was told of a day last, where a day that moved is another: that is wrong by now. */
function otherDayTold({ type, data }: News, told: readonly (Told | undefined)[]): Told | null {
  if (type !== 'shipment.edd_changed') return null;
  const [last] = told
    .flatMap((each) => each ?? [])
    .toSorted((a, b) => Number(b.position - a.position));
  return last !== undefined && last.day !== dateOf(data.estimated_delivery) ? last : null;
}

/** A ticket tells the case's whole story: each entry of the log is told there, and once. */
function ofTicket({ milestone, subject }: MilestoneUpdate, { id }: News): string {
  return OF_CASES.has(milestone) ? `${subject}:${id}` : subject;
}

const OF_CASES: ReadonlySet<Milestone> = new Set([
  'exception_opened',
  'exception_updated',
  'exception_resolved',
]);

export function isUnwanted(preference: Preference | null, milestone: string): boolean {
  return preference !== null && (preference.unsubscribed || preference.muted.includes(milestone));
}
