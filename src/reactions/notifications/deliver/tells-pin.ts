import { pinOf, type Shipment, type TrackingDeps } from '../../../tracking/index.ts';
import { hashAddress } from '../people/addresses.ts';
import { recipientAddress, recipientOf } from '../people/people.ts';
import type { RuleSet } from '../rules/rule-set.ts';
import { PIN_MILESTONE } from '../triggers/milestones-of.ts';
import type { DispatchDeps } from './dispatch-deps.ts';
import type { Outgoing } from './outbox.sql.ts';

/**
 * The PIN that a message tells; null: none. The recipient's own mail and SMS alone: anyone who has the number
 * may subscribe, and a merchant's systems and people have no use for it.
 */
export function pinToTell(
  tracking: Pick<TrackingDeps, 'sealer'>,
  { audience, channel, milestone }: Pick<Outgoing, 'audience' | 'channel' | 'milestone'>,
  shipment: Shipment,
): string | null {
  const isOwn = audience === 'recipient' && (channel === 'email' || channel === 'sms');
  return isOwn && milestone === PIN_MILESTONE ? pinOf(tracking, shipment) : null;
}

/** Whether a subscriber is the recipient, who gets the same update in the message with the PIN. */
export async function needsPin(
  { tracking, addressKey }: Pick<DispatchDeps, 'tracking' | 'addressKey'>,
  { audience, channel, milestone, addressHash }: Outgoing,
  shipment: Shipment,
  { rules }: RuleSet,
): Promise<boolean> {
  const isSubscribers = audience === 'subscribers' && milestone === PIN_MILESTONE;
  if (!isSubscribers || pinOf(tracking, shipment) === null) return false;
  const isSent = rules.some(
    (rule) =>
      rule.enabled &&
      rule.milestones.includes(PIN_MILESTONE) &&
      rule.channels.includes(channel) &&
      rule.audience.includes('recipient'),
  );
  const to = isSent ? recipientAddress(recipientOf(shipment, tracking.sealer), channel) : null;
  return to !== null && hashAddress(await addressKey(), channel, to) === addressHash;
}
