import type { Tenant } from '../../../kernel/tenant.ts';
import { type Keyring, open } from '../../../platform/sealing/sealing.ts';
import { type LinkPurpose, signLink } from '../../../platform/sealing/signed-links.ts';
import { shownEstimate } from '../../../tracking/ports/predictions.ts';
import { pinOf } from '../../../tracking/ports/proofs.ts';
import { type PublicTrack, publicTracksByNumber } from '../../../tracking/ports/public-tracks.ts';
import {
  type Shipment,
  shipmentsByIds,
  type TrackingDeps,
} from '../../../tracking/ports/shipments.ts';
import type { RenderLinks } from '../contract.ts';
import { hashAddress } from '../people/addresses.ts';
import {
  type Recipient,
  recipientAddress,
  recipientOf,
  selfServiceSubject,
} from '../people/people.ts';
import { type Foresight, wantsForesight } from '../policy/decide.ts';
import type { PageNow, ShipmentNow } from '../policy/still-true.ts';
import type { RuleSet } from '../rules/rule-set.ts';
import { subscriptionBoundTo } from '../sealed-columns.sql.ts';
import { preferencesSubject } from '../subscribing/opt-out.ts';
import { PIN_MILESTONE } from '../triggers/milestones-of.ts';
import type { DispatchDeps } from './dispatch-deps.ts';
import { type Facts, type FactsQuery, factsOf } from './facts.sql.ts';
import type { Outgoing } from './outbox.sql.ts';

/** A message with everything that decides on it, as it is now. */
export interface Loaded {
  readonly outgoing: Outgoing;
  /** The shipment; null: it was deleted. */
  readonly shipment: Shipment | null;
  readonly rules: RuleSet;
  readonly facts: Facts;
  /** The address; null: there is none. */
  readonly target: Target | null;
  readonly foresight: Foresight | null;
  readonly page: PageNow | null | 'own';
  /** The PIN that the recipient gives at the door; null: the message does not contain it. */
  readonly pin: string | null;
  /**
   * Whether this subscriber is the recipient, who gets the same update in the message with the PIN.
   */
  readonly getsPinAsRecipient: boolean;
}

/** The address of a message. */
export interface Target {
  readonly to: string;
  /** The hash of the address, in hex. */
  readonly addressHash: string;
  /** The recipient's name; only in the recipient's own messages. */
  readonly recipientName: string | null;
  /** The locale that the subscriber chose, if any; their preference is looked up. */
  readonly locale: string | null;
  /** Whether the message may name the merchant. */
  readonly branded: boolean;
}

/**
 * Loads everything for messages that are decided together: the shipments, the rules, and the rest
 * in one query, however many messages there are.
 */
export async function loadFacts(
  deps: DispatchDeps,
  batch: readonly Outgoing[],
): Promise<readonly Loaded[]> {
  const { db, rules } = deps;
  const shipments = await shipmentsOf(deps, batch);
  const rulesOf = await rules.readOf(db.pipeline, tenantsOf(batch));
  const recipients = await recipientsOf(deps, batch, shipments);
  const queries: FactsQuery[] = batch.map((outgoing) => ({
    outgoing,
    addressHash:
      outgoing.audience === 'recipient'
        ? (recipients.get(outgoing.id)?.addressHash ?? null)
        : outgoing.addressHash,
  }));
  const facts = await factsOf(db.pipeline, queries);
  const withFacts = batch.flatMap((outgoing) => {
    const of = facts.get(outgoing.id);
    if (of === undefined) return [];
    const shipment = shipments.get(outgoing.shipmentId);
    return {
      outgoing,
      facts: of,
      rules: rulesOf(outgoing.tenant),
      shipment: shipment && belongsTo(shipment, outgoing.tenant) ? shipment : null,
      target: targetOf(deps, outgoing, of, recipients.get(outgoing.id) ?? null),
      pin: shipment === undefined ? null : pinForMessage(deps.tracking, outgoing, shipment),
    };
  });
  const pages = await pagesOf(deps, withFacts);
  const loaded: Loaded[] = [];
  for (const each of withFacts) {
    const page =
      each.target?.branded === false ? (pages.get(each.outgoing.shipmentId) ?? null) : 'own';
    const { outgoing, shipment, rules } = each;
    const isPinDue =
      shipment !== null && (await getsPinAsRecipient(deps, outgoing, shipment, rules));
    loaded.push({
      ...each,
      page,
      getsPinAsRecipient: isPinDue,
      foresight: await foresightOf(deps, each),
    });
  }
  return loaded;
}

/** The shipment in the form that the policy uses. */
export function shipmentNow(shipment: Shipment): ShipmentNow {
  const { state } = shipment;
  return {
    status: state.status,
    subStatus: state.subStatus,
    confirmed: state.confirmed,
    estimate: shownEstimate(shipment),
    zones: [shipment.destinationZone, state.eventZone],
  };
}

async function shipmentsOf(
  { db }: DispatchDeps,
  batch: readonly Outgoing[],
): Promise<ReadonlyMap<string, Shipment>> {
  const ids = new Set(batch.map(({ shipmentId }) => shipmentId));
  const found = await shipmentsByIds(db.pipeline, [...ids]);
  return new Map(found.map((shipment) => [shipment.id, shipment]));
}

function belongsTo(shipment: Shipment, { merchantId, mode }: Tenant): boolean {
  return shipment.merchantId === merchantId && shipment.mode === mode;
}

function tenantsOf(batch: readonly Outgoing[]): readonly Tenant[] {
  const found = batch.map(({ tenant }) => [`${tenant.merchantId} ${tenant.mode}`, tenant] as const);
  return [...new Map(found).values()];
}

/** The recipients' own addresses, by message; recipients without an address are left out. */
async function recipientsOf(
  { tracking, addressKey }: DispatchDeps,
  batch: readonly Outgoing[],
  shipments: ReadonlyMap<string, Shipment>,
): Promise<ReadonlyMap<string, Target>> {
  const key = await addressKey();
  const recipientByShipment = new Map<string, Recipient>();
  const targets = new Map<string, Target>();
  for (const { id, shipmentId, audience, channel } of batch) {
    const shipment = shipments.get(shipmentId);
    if (audience !== 'recipient' || shipment === undefined) continue;
    const recipient = recipientByShipment.get(shipmentId) ?? recipientOf(shipment, tracking.sealer);
    recipientByShipment.set(shipmentId, recipient);
    const to = recipientAddress(recipient, channel);
    if (to === null) continue;
    const addressHash = hashAddress(key, channel, to);
    const { name: recipientName, locale } = recipient;
    targets.set(id, { to, addressHash, recipientName, locale, branded: true });
  }
  return targets;
}

/**
 * Returns the address of a message; null: there is none, or the subscription is not in the state
 * that the message requires.
 */
function targetOf(
  { keyring }: DispatchDeps,
  { audience, subscriptionId, addressHash, merchantTo, milestone, locale }: Outgoing,
  { subscription }: Facts,
  recipient: Target | null,
): Target | null {
  if (audience === 'recipient') return recipient;
  const common = { addressHash, recipientName: null };
  if (audience === 'merchant') {
    return { ...common, to: merchantTo ?? '', locale: null, branded: true };
  }
  const state = milestone === 'confirm_subscription' ? 'pending' : 'active';
  if (subscriptionId === null || subscription?.state !== state) return null;
  const { sealedAddress, branded } = subscription;
  if (sealedAddress === null) return null;
  const to = open(keyring, sealedAddress, subscriptionBoundTo(subscriptionId)).toString('utf8');
  return { ...common, to, locale: subscription.locale ?? locale, branded };
}

/** The public pages of the numbers whose messages may not name a merchant, by shipment. */
async function pagesOf(
  { db }: DispatchDeps,
  found: readonly Pick<Loaded, 'shipment' | 'target'>[],
): Promise<ReadonlyMap<string, PageNow>> {
  const unbranded = found.flatMap(({ shipment, target }) =>
    shipment !== null && target?.branded === false ? [shipment] : [],
  );
  if (unbranded.length === 0) return new Map();
  const numbers = new Set(unbranded.map(({ trackingNumber }) => trackingNumber));
  const rows = await publicTracksByNumber(db.pipeline, [...numbers]);
  const bodies = new Map(rows.map((row) => [`${row.carrier} ${row.trackingNumber}`, row.body]));
  return new Map(
    unbranded.flatMap(({ id, carrier, trackingNumber }) => {
      const body = bodies.get(`${carrier} ${trackingNumber}`);
      return body === undefined ? [] : [[id, JSON.parse(body) as PublicTrack] as const];
    }),
  );
}

/**
 * Predicts the outcome of trouble, for events that report some. Trouble is rare, and predicting its
 * outcome requires many reads.
 */
async function foresightOf(
  { predictCaseOutcome }: DispatchDeps,
  { outgoing, shipment, facts: { event } }: Pick<Loaded, 'outgoing' | 'shipment' | 'facts'>,
): Promise<Foresight | null> {
  if (predictCaseOutcome === undefined || shipment === null || event === null) return null;
  return wantsForesight(event) ? predictCaseOutcome(outgoing.tenant, outgoing.shipmentId) : null;
}

const DAY_S = 86_400;
/**
 * How long a self-service link is valid: until a parcel has long arrived, returned or been given
 * up.
 */
const SELF_SERVICE_S = 30 * DAY_S;
/** How long an unsubscribe link is valid: it must still work when a mail is read late. */
const UNSUBSCRIBE_S = 400 * DAY_S;
const PREFERENCES_S = 90 * DAY_S;
/** How long a confirmation link is valid. After that, another one can be requested. */
export const CONFIRM_S = 2 * DAY_S;
/**
 * How long a code is valid: it is entered on the page that requested it, so its reader is waiting.
 */
export const CODE_S = 15 * 60;

interface LinkParts {
  readonly keyring: Keyring;
  readonly publicUrl: string;
  readonly nowMs: number;
  readonly carrier: string;
  readonly trackingNumber: string;
  /** The address to which the message is sent. A personal link is bound to it. */
  readonly to: string;
  /** The id of the address's preferences with this merchant; null for the merchant itself. */
  readonly preferenceId: string | null;
  /** Whether the message is in the merchant's name, so that the preferences page may show it. */
  readonly branded: boolean;
  /** The link by which an address declines; null unless the message asks it to opt in. */
  readonly optOut: string | null;
}

/**
 * The links in a message. Links that let their holder act are only in the recipient's own messages.
 */
export function linksOf(outgoing: Outgoing, parts: LinkParts): RenderLinks {
  const { keyring, publicUrl, nowMs, preferenceId } = parts;
  const { audience, subscriptionId } = outgoing;
  const sign = (purpose: LinkPurpose, subject: string, forS: number): string => {
    const expiresAtS = Math.floor(nowMs / 1_000) + forS;
    return encodeURIComponent(signLink(keyring, { purpose, subject, expiresAtS }));
  };
  const names = [parts.carrier, parts.trackingNumber].map(encodeURIComponent);
  const trackUrl = `${publicUrl}/track/${names.join('/')}`;
  if (outgoing.milestone === 'confirm_subscription') {
    const token = sign('confirm_subscription', subscriptionId ?? '', CONFIRM_S);
    const actionUrl = `${publicUrl}/subscriptions/confirm?t=${token}`;
    const unsubscribeUrl =
      parts.optOut && `${publicUrl}/unsubscribe?t=${sign('opt_out', parts.optOut, UNSUBSCRIBE_S)}`;
    return { trackUrl, actionUrl, unsubscribeUrl, preferencesUrl: null };
  }
  const personal = selfServiceSubject(keyring, outgoing.shipmentId, parts.to);
  const unsubscribe =
    audience === 'subscribers' ? `s_${subscriptionId}` : preferenceId && `r_${preferenceId}`;
  return {
    trackUrl,
    actionUrl:
      audience === 'recipient'
        ? `${trackUrl}?t=${sign('self_service', personal, SELF_SERVICE_S)}`
        : null,
    unsubscribeUrl: unsubscribe
      ? `${publicUrl}/unsubscribe?t=${sign('unsubscribe', unsubscribe, UNSUBSCRIBE_S)}`
      : null,
    preferencesUrl: preferenceId
      ? `${publicUrl}/preferences?t=${sign('preferences', preferencesSubject(preferenceId, parts.branded), PREFERENCES_S)}`
      : null,
  };
}

/**
 * Returns the PIN to include in a message, or null. Only emails and text messages to the recipient
 * contain it: anyone who has the number may subscribe, and a merchant's systems and people have no
 * use for it.
 */
function pinForMessage(
  tracking: Pick<TrackingDeps, 'sealer'>,
  { audience, channel, milestone }: Pick<Outgoing, 'audience' | 'channel' | 'milestone'>,
  shipment: Shipment,
): string | null {
  const isOwn = audience === 'recipient' && (channel === 'email' || channel === 'sms');
  return isOwn && milestone === PIN_MILESTONE ? pinOf(tracking, shipment) : null;
}

/** Whether a subscriber is the recipient, who gets the same update in the message with the PIN. */
async function getsPinAsRecipient(
  { tracking, addressKey }: Pick<DispatchDeps, 'tracking' | 'addressKey'>,
  { audience, channel, milestone, addressHash }: Outgoing,
  shipment: Shipment,
  { rules }: RuleSet,
): Promise<boolean> {
  const isSubscriberMessage = audience === 'subscribers' && milestone === PIN_MILESTONE;
  if (!isSubscriberMessage || pinOf(tracking, shipment) === null) return false;
  const isRecipientNotified = rules.some(
    (rule) =>
      rule.enabled &&
      rule.milestones.includes(PIN_MILESTONE) &&
      rule.channels.includes(channel) &&
      rule.audience.includes('recipient'),
  );
  const to = isRecipientNotified
    ? recipientAddress(recipientOf(shipment, tracking.sealer), channel)
    : null;
  return to !== null && hashAddress(await addressKey(), channel, to) === addressHash;
}
