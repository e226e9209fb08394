import type { Tenant } from '../../../kernel/tenant.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Keyring } from '../../../platform/sealing/sealing.ts';
import { readLink } from '../../../platform/sealing/signed-links.ts';
import {
  isSentToCurrentAddress,
  readSelfServiceSubject,
} from '../../../reactions/notifications/index.ts';
import {
  findShipmentOfAnyTenant,
  type Shipment,
  type TrackingDeps,
} from '../../../tracking/ports/shipments.ts';

/** What a personal link's token proves about the reader. */
export type LinkHolder =
  | {
      readonly kind: 'holder';
      readonly token: string;
      readonly tenant: Tenant;
      readonly shipment: Shipment;
    }
  /** Expired, or the recipient's address is no longer the one the link was sent to. */
  | { readonly kind: 'expired' }
  /** The merchant deleted or erased the parcel; which of the two is no longer known. */
  | { readonly kind: 'gone' }
  /**
   * Issued for another parcel than the URL names, valid or expired; the answer does not say which.
   */
  | { readonly kind: 'other' }
  /** Truncated, altered, or issued for another purpose. */
  | { readonly kind: 'forged' };

/** Why a link does not work. */
export type BrokenLink = Exclude<LinkHolder['kind'], 'holder'>;

export interface LinkHolderDeps {
  readonly keyring: Keyring;
  readonly tracking: Pick<TrackingDeps, 'db' | 'sealer'>;
  readonly clock: Clock;
  /** How the carriers would store a number. */
  readonly spellings: (number: string) => readonly string[];
}

/** The parcel of the page; a link for another one is not valid here. */
interface LinkedParcel {
  /** Absent: the URL names no carrier. */
  readonly carrier?: string | undefined;
  readonly number: string;
}

/** Longer than any token we issue; longer texts are not tokens. */
const TOKEN_CHARS_MAX = 200;

/** Reads a personal link's token, and checks it against the parcel of the page. */
export async function linkHolder(
  { keyring, tracking, clock, spellings }: LinkHolderDeps,
  token: string,
  parcel: LinkedParcel,
): Promise<LinkHolder> {
  if (token.length > TOKEN_CHARS_MAX) return { kind: 'forged' };
  const verdict = readLink(keyring, token, clock.nowMs());
  if (verdict.kind === 'forged') return verdict;
  const { purpose } = verdict.claim;
  const subject = readSelfServiceSubject(verdict.claim.subject);
  if (purpose !== 'self_service' || subject === null) return { kind: 'forged' };
  const shipment = await findShipmentOfAnyTenant(tracking, subject.shipmentId);
  if (shipment === null) return { kind: 'gone' };
  if (!isSameParcel(shipment, parcel, spellings)) return { kind: 'other' };
  if (verdict.kind === 'expired') return verdict;
  if (!isSentToCurrentAddress(keyring, subject, shipment, tracking.sealer))
    return { kind: 'expired' };
  const tenant = { merchantId: shipment.merchantId, mode: shipment.mode };
  return { kind: 'holder', token, tenant, shipment };
}

function isSameParcel(
  { carrier, trackingNumber }: Shipment,
  parcel: LinkedParcel,
  spellings: LinkHolderDeps['spellings'],
): boolean {
  if (parcel.carrier !== undefined && parcel.carrier !== carrier) return false;
  return spellings(parcel.number).includes(trackingNumber);
}
