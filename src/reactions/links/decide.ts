import type { DetectedCarrier } from '../../adapters/index.ts';
import type { WaitingLink } from '../../tracking/ports/shipments.ts';

/** Why a linked number is not followed. */
type LinkRefusal =
  /** It is the shipment's own number. */
  | 'itself'
  /** It is too many links away from a registered shipment. */
  | 'too_deep'
  /** The shipment already has the maximum of followed links. */
  | 'too_many'
  /** The named carrier is not installed, or the number does not determine its carrier. */
  | 'unknown_carrier'
  | 'no_number';

type LinkPlan =
  | { readonly kind: 'follow'; readonly carrier: string; readonly trackingNumber: string }
  | { readonly kind: 'refuse'; readonly reason: LinkRefusal };

/** Facts about a linked number besides the link. */
export interface LinkFacts {
  /** The spelling of the carrier that the report named; null: none named, or not installed. */
  readonly spelled: string | null;
  /** The carriers that may have the number, best first. */
  readonly candidates: readonly DetectedCarrier[];
  /** The clearly best candidate, if there is one. */
  readonly winner: DetectedCarrier | null;
}

/** A rerouted return that is handed on takes three; more suggests a carrier's circular links. */
export const LINK_DEPTH_MAX = 3;

/** Together with the depth, this limits what one registered parcel can grow to. */
export const LINKED_SHIPMENTS_MAX = 5;

const NUMBER_CHARS_MAX = 64;

/**
 * Whether a linked number is followed, and with which carrier. If the report names an installed
 * carrier, that is used; otherwise the number decides. A return, reroute or replacement is assigned
 * to the same carrier if the number allows it, because that carrier created it. Pure.
 */
export function decideLink(link: WaitingLink, facts: LinkFacts): LinkPlan {
  const found = carrierOfNumber(link, facts);
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

/**
 * Returns the carrier and the number in its spelling; null: the named carrier is not installed, or
 * the number does not determine one.
 */
function carrierOfNumber(
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
