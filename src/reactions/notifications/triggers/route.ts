import type { ShipmentEvent } from '../../../events/event.ts';
import type { Audience, ChannelKind, Milestone, TemplateName } from '../contract.ts';
import type { Rule, RuleSet } from '../rules/rule-set.ts';
import { type MilestoneUpdate, milestonesOf, PIN_MILESTONE } from './milestones-of.ts';

/** Somebody who follows a shipment. */
export interface Subscriber {
  readonly id: string;
  readonly channel: ChannelKind;
  /** Hex. */
  readonly addressHash: string;
  /** What they asked for; empty: whatever the rules name. */
  readonly milestones: readonly string[];
}

/** "Look at this shipment about this subject, for this audience by this channel": nothing is decided. */
export interface Note {
  /** By which it is noted. */
  readonly rule: string;
  readonly milestone: Milestone;
  readonly template: TemplateName;
  readonly subject: string;
  readonly channel: ChannelKind;
  readonly audience: Audience;
  readonly subscriptionId: string | null;
  /** Hex; null: the recipient's, which is looked up when the message is decided. */
  readonly addressHash: string | null;
  /** Where the merchant's own message goes; null: as the channel says, or it is not the merchant's. */
  readonly merchantTo: string | null;
  readonly occurredAtMs: number;
}

/**
 * Whom an event may concern, by the rules. Of several for the same milestone, channel and audience the
 * first counts, so that a special one may stand before a general one. Pure.
 */
export function notesOf(
  event: ShipmentEvent,
  rules: RuleSet,
  subscribers: readonly Subscriber[],
): Note[] {
  return milestonesOf(event).flatMap((update) =>
    routesOf(event, rules, update).flatMap((route) => notesBy(route, update, event, subscribers)),
  );
}

/** Whom any rule asks to notify of what an event says: most events of the log concern nobody. */
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
        // A merchant's addresses are the rules' own: each rule for it writes to another.
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

/** By which a recipient can be reached: of a push or a ticket nobody gives the address. */
const RECIPIENTS: ReadonlySet<ChannelKind> = new Set(['email', 'sms']);

function notesBy(
  { rule, audience, channel }: Route,
  update: MilestoneUpdate,
  event: ShipmentEvent,
  subscribers: readonly Subscriber[],
): Note[] {
  const { milestone, occurredAtMs } = update;
  const note: Note = {
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
      return RECIPIENTS.has(channel) ? [note] : [];
    case 'merchant':
      return [{ ...note, merchantTo: rule.to, addressHash: merchantHash(rule.to) }];
    case 'subscribers':
      return subscribers
        .filter((each) => each.channel === channel && wants(each, milestone))
        .map(({ id, addressHash }) => ({ ...note, subscriptionId: id, addressHash }));
  }
}

/**
 * The identity under which a message is sent once. A ticket gets each event of its case. The
 * recipient's PIN goes to nobody else, so the same update to the same address as a subscriber does
 * not replace it.
 */
function subjectOf(
  channel: ChannelKind,
  audience: Audience,
  update: MilestoneUpdate,
  event: ShipmentEvent,
): string {
  if (channel === 'ticket') return ofTicket(update, event);
  const tellsPin =
    audience === 'recipient' &&
    update.milestone === PIN_MILESTONE &&
    event.data.require_proof?.includes('pin');
  return tellsPin ? `${update.subject}:pin` : update.subject;
}

/** What a subscriber did not ask for is not even noted. */
function wants({ milestones }: Subscriber, milestone: Milestone): boolean {
  return milestones.length === 0 || milestones.includes(milestone);
}

/** Not personal, so it needs no key; hex like all others. */
function merchantHash(to: string | null): string {
  return Buffer.from(`merchant:${to ?? ''}`).toString('hex');
}

/** A ticket holds the case's whole story: each event of the log stands there, and once. */
function ofTicket({ milestone, subject }: MilestoneUpdate, { id }: ShipmentEvent): string {
  return OF_CASES.has(milestone) ? `${subject}:${id}` : subject;
}

const OF_CASES: ReadonlySet<Milestone> = new Set([
  'exception_opened',
  'exception_updated',
  'exception_resolved',
]);
