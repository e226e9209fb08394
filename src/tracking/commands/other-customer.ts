import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import { NO_PERSONAL, openPersonal, type Personal } from '../personal.ts';
import type { Shipment } from '../shipment.ts';

/** A registration with an order. */
interface Wanted {
  readonly orderIds?: readonly string[];
  readonly personal?: Personal;
  readonly isSameParcel?: boolean;
  readonly linkedFrom?: object;
}

/**
 * The order of another customer that has the shipment's number already; null: there is none, or
 * somebody confirmed that both are in one parcel. Where either order has no recipient, nothing says
 * that there are two customers.
 */
export function orderOfOther(
  { orderIds, sealedPersonal }: Pick<Shipment, 'orderIds' | 'sealedPersonal'>,
  { orderIds: wanted = [], personal = NO_PERSONAL, ...more }: Wanted,
  sealer: EnvelopeSealer,
): string | null {
  const [first] = orderIds;
  const isNew = wanted.some((id) => !orderIds.includes(id));
  if (first === undefined || !isNew || more.isSameParcel || more.linkedFrom) return null;
  return isOther(openPersonal(sealedPersonal, sealer), personal) ? first : null;
}

/** By the first of these that both have: people share names and phones less than they mistype. */
const TELLING = ['email', 'phone', 'name'] as const;

function isOther({ recipient: one }: Personal, { recipient: other }: Personal): boolean {
  for (const member of TELLING) {
    const [here, there] = [folded(one?.[member]), folded(other?.[member])];
    if (here !== '' && there !== '') return here !== there;
  }
  return false;
}

function folded(value: unknown): string {
  return typeof value === 'string' ? value.normalize('NFKC').toLowerCase().replace(/\s+/g, '') : '';
}
