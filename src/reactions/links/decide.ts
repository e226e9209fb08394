import type { DetectedCarrier } from '../../adapters/index.ts';
import type { WaitingLink } from '../../tracking/index.ts';

/** Why a number that a carrier named is not followed. */
export type LinkRefusal =
  /** It is the shipment's own number. */
  | 'itself'
  /** It is that many links away from what a merchant registered. */
  | 'too_deep'
  /** The shipment has that many followed links already. */
  | 'too_many'
  /** The carrier named is not installed, or the number does not settle whose it is. */
  | 'unknown_carrier'
  | 'no_number';

export type LinkPlan =
  | { readonly kind: 'follow'; readonly carrier: string; readonly trackingNumber: string }
  | { readonly kind: 'refuse'; readonly reason: LinkRefusal };

/** What is known of a linked number besides the link. */
export interface LinkFacts {
  /** The spelling of the carrier that the report named; null: none named, or not installed. */
  readonly spelled: string | null;
  /** Whose number it may be, best first. */
  readonly candidates: readonly DetectedCarrier[];
  /** The candidate that stands clearly before the others, if one does. */
  readonly winner: DetectedCarrier | null;
}

/** A return that is rerouted and handed on is three; more is a carrier talking in circles. */
export const LINK_DEPTH_MAX = 3;
/** With the depth it bounds what one registered parcel can grow to. */
export const LINKED_SHIPMENTS_MAX = 5;
const NUMBER_CHARS_MAX = 64;

/**
 * Whether a linked number is followed, and as whose. A carrier that names another one by an id we
 * have is believed; without one the number decides; a return, reroute or replacement whose number
 * may be the same carrier's is taken to be, because that is who made it. Pure.
 */
export function decideLink(link: WaitingLink, facts: LinkFacts): LinkPlan {
  const found = whoseNumber(link, facts);
  if (found === null) return refuse('unknown_carrier');
  const { carrier, trackingNumber } = found;
  if (trackingNumber === '' || trackingNumber.length > NUMBER_CHARS_MAX) return refuse('no_number');
  if (carrier === link.parentCarrier && trackingNumber === link.parentTrackingNumber) {
    return refuse('itself');
  }
  if (link.depth >= LINK_DEPTH_MAX) return refuse('too_deep');
  if (link.linked >= LINKED_SHIPMENTS_MAX) return refuse('too_many');
  return { kind: 'follow', carrier, trackingNumber };
}

function whoseNumber(
  link: WaitingLink,
  { spelled, candidates, winner }: LinkFacts,
): { readonly carrier: string; readonly trackingNumber: string } | null {
  if (link.carrier !== null) {
    return spelled === null ? null : { carrier: link.carrier, trackingNumber: spelled };
  }
  const ofParent = candidates.find(({ carrier }) => carrier === link.parentCarrier);
  return link.kind === 'partner_leg' ? winner : (ofParent ?? winner);
}

function refuse(reason: LinkRefusal): LinkPlan {
  return { kind: 'refuse', reason };
}
