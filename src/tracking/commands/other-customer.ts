import { isTerminal } from '../../kernel/status.ts';
import { errorText } from '../../platform/messages/error-text.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import { NO_PERSONAL, openPersonal, type Personal } from '../personal.ts';
import { nameOf, type Shipment } from '../shipment.ts';

/** A registration with an order. */
interface Wanted {
  readonly orderIds?: readonly string[];
  readonly personal?: Personal;
  readonly isSameParcel?: boolean;
  readonly linkedFrom?: object;
}

/** Who has a number. */
interface Holder {
  readonly orderIds: readonly string[];
  /** Opened only where it matters, because it is sealed. */
  readonly personal: () => Personal;
}

export function holderOf({ orderIds, sealedPersonal }: Shipment, sealer: EnvelopeSealer): Holder {
  return { orderIds, personal: () => openPersonal(sealedPersonal, sealer) };
}

/**
 * The order of another customer that has the number already; null: there is none, or somebody
 * confirmed that both are in one parcel. Where either order has no recipient, nothing says that there
 * are two customers.
 */
export function orderOfOther(
  { orderIds, personal: known }: Holder,
  { orderIds: wanted = [], personal = NO_PERSONAL, ...more }: Wanted,
): string | null {
  const [first] = orderIds;
  const isNew = wanted.some((id) => !orderIds.includes(id));
  if (first === undefined || !isNew || more.isSameParcel || more.linkedFrom) return null;
  return isOther(known(), personal) ? first : null;
}

/**
 * Returns `orderOfOther` of each registration, as if they came one after the other; nothing is
 * registered. A number whose parcel has ended begins anew.
 */
export function ordersOfOthers(
  known: readonly Shipment[],
  wanted: readonly (Wanted & Pick<Shipment, 'carrier' | 'trackingNumber'>)[],
  sealer: EnvelopeSealer,
): readonly (string | null)[] {
  const running = known.filter(({ state }) => !isTerminal(state.status));
  const holders = new Map(running.map((each) => [nameOf(each), holderOf(each, sealer)]));
  return wanted.map((each) => {
    const holder = holders.get(nameOf(each));
    const { orderIds = [], personal = NO_PERSONAL } = each;
    const usedBy = holder === undefined ? null : orderOfOther(holder, each);
    if (usedBy !== null) return usedBy;
    const first = holder ?? { orderIds: [], personal: () => personal };
    holders.set(nameOf(each), { ...first, orderIds: [...first.orderIds, ...orderIds] });
    return null;
  });
}

/** Says that another customer's order has a number, as reports of files and moves do. */
export function usedByReason(order: string): string {
  return `order_id: ${errorText({ 'shipments.numberUsedByOrder': { order } })}`;
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
