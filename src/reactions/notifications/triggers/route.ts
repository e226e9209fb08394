import type { ShipmentEvent } from '../../../events/event.ts';
import type { Audience, ChannelKind, Milestone, TemplateName } from '../contract.ts';
import type { Rule, RuleSet } from '../rules/rule-set.ts';
import { type MilestoneUpdate, milestonesOf, PIN_MILESTONE } from './milestones-of.ts';

/** A subscriber of a shipment. */
export interface Subscriber {
  readonly id: string;
  readonly channel: ChannelKind;
  /** The hash of the address, in hex. */
  readonly addressHash: string;
  /** The requested milestones; empty: all that the rules name. */
  readonly milestones: readonly string[];
}

/**
 * A message that may be sent about a shipment, on a subject, to an audience by a channel. Nothing
 * is decided yet.
 */
export interface PossibleNotification {
  /** The name of the rule that created it. */
  readonly rule: string;
  readonly milestone: Milestone;
  readonly template: TemplateName;
  readonly subject: string;
  readonly channel: ChannelKind;
  readonly audience: Audience;
  readonly subscriptionId: string | null;
  /**
   * The hash of the address, in hex; null: it is the recipient's, which is looked up when the
   * message is decided.
   */
  readonly addressHash: string | null;
  /**
   * The address of the merchant's own message; null: the channel's configuration names it, or the
   * message is not the merchant's.
   */
  readonly merchantTo: string | null;
  readonly occurredAtMs: number;
}

/**
 * The possible notifications of an event, by the rules. If several rules match a milestone, channel
 * and audience, the first counts, so that a special rule can be placed before a general one. Pure.
 */
export function notificationsFor(
  event: ShipmentEvent,
  rules: RuleSet,
  subscribers: readonly Subscriber[],
): PossibleNotification[] {
  return milestonesOf(event).flatMap((update) =>
    routesOf(event, rules, update).flatMap((route) =>
      notificationsBy(route, update, event, subscribers),
    ),
  );
}

/**
 * The audiences that any rule names for an event's milestones: most events of the log have none.
 */
export function audiencesOf(event: ShipmentEvent, { rules }: RuleSet): ReadonlySet<Audience> {
  const found = milestonesOf(event).map(({ milestone }) => milestone);
  const fit = rules.filter(
    ({ enabled, milestones }) => enabled && found.some((each) => milestones.includes(each)),
  );
  return new Set(fit.flatMap(({ audience }) => audience));
}

interface Route {
  readonly rule: Rule;
  readonly audience: Audience;
  readonly channel: ChannelKind;
}

function routesOf(
  event: ShipmentEvent,
  { rules }: RuleSet,
  { milestone }: MilestoneUpdate,
): Route[] {
  const found = new Map<string, Route>();
  for (const rule of rules) {
    if (!rule.enabled || !rule.milestones.includes(milestone) || !isAbout(rule, event)) continue;
    for (const audience of rule.audience) {
      for (const channel of rule.channels) {
        // The rules themselves contain a merchant's addresses, so each address has a route of its
        // own.
        const key = `${audience} ${channel} ${audience === 'merchant' ? rule.to : ''}`;
        if (!found.has(key)) found.set(key, { rule, audience, channel });
      }
    }
  }
  return [...found.values()];
}

function isAbout({ only }: Rule, { data }: ShipmentEvent): boolean {
  const { carrier, tags } = data;
  const ofCarrier = only.carriers.length === 0 || only.carriers.some((name) => name === carrier);
  const tagged = only.tags.some((tag) => tags?.includes(tag));
  return ofCarrier && (only.tags.length === 0 || tagged);
}

/**
 * The channels by which a recipient can be reached: a shipment has no address for push or tickets.
 */
const RECIPIENTS: ReadonlySet<ChannelKind> = new Set(['email', 'sms']);

function notificationsBy(
  { rule, audience, channel }: Route,
  update: MilestoneUpdate,
  event: ShipmentEvent,
  subscribers: readonly Subscriber[],
): PossibleNotification[] {
  const { milestone, occurredAtMs } = update;
  const notification: PossibleNotification = {
    rule: rule.name,
    milestone,
    template: rule.template ?? milestone,
    channel,
    audience,
    subject: subjectOf(channel, audience, update, event),
    subscriptionId: null,
    addressHash: null,
    merchantTo: null,
    occurredAtMs,
  };
  switch (audience) {
    case 'recipient':
      return RECIPIENTS.has(channel) ? [notification] : [];
    case 'merchant':
      return [{ ...notification, merchantTo: rule.to, addressHash: merchantHash(rule.to) }];
    case 'subscribers':
      return subscribers
        .filter((each) => each.channel === channel && wants(each, milestone))
        .map(({ id, addressHash }) => ({ ...notification, subscriptionId: id, addressHash }));
  }
}

/**
 * The identity under which a message is sent once. A ticket gets every event of its case. Only the
 * recipient's message contains the PIN, so the same update to the same address as a subscriber must
 * not replace it.
 */
function subjectOf(
  channel: ChannelKind,
  audience: Audience,
  update: MilestoneUpdate,
  event: ShipmentEvent,
): string {
  if (channel === 'ticket') return ticketSubject(update, event);
  const tellsPin =
    audience === 'recipient' &&
    update.milestone === PIN_MILESTONE &&
    event.data.require_proof?.includes('pin');
  return tellsPin ? `${update.subject}:pin` : update.subject;
}

/** Whether a subscriber asked for the milestone; otherwise it is not even queued. */
function wants({ milestones }: Subscriber, milestone: Milestone): boolean {
  return milestones.length === 0 || milestones.includes(milestone);
}

/**
 * The hash of a merchant's address. The address is not personal, so the hash needs no key; it is in
 * hex like all others.
 */
function merchantHash(to: string | null): string {
  return Buffer.from(`merchant:${to ?? ''}`).toString('hex');
}

/** The subject for a ticket. A ticket contains the whole history of its case, each event once. */
function ticketSubject({ milestone, subject }: MilestoneUpdate, { id }: ShipmentEvent): string {
  return OF_CASES.has(milestone) ? `${subject}:${id}` : subject;
}

const OF_CASES: ReadonlySet<Milestone> = new Set([
  'exception_opened',
  'exception_updated',
  'exception_resolved',
]);
