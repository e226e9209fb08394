import type { Status } from '../../../kernel/status.ts';
import { withTenant } from '../../../platform/database/database.ts';
import {
  shipmentsOfOpenCases,
  shipmentsWithoutCases,
} from '../../../reactions/exceptions/index.ts';
import {
  countByStatus,
  countShipments,
  type ShipmentCount,
  type ShipmentSelection,
  shipmentIdsOf,
} from '../../../tracking/ports/shipments.ts';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';

/**
 * The tabs of the list with their statuses; null: any status. Statuses in no other tab, such as
 * `available_for_pickup`, are found with the filter.
 */
export const TABS = {
  all: null,
  attention: null,
  late: null,
  transit: ['picked_up', 'in_transit', 'at_facility'],
  out: ['out_for_delivery'],
  delivered: ['delivered'],
  returned: ['returning', 'returned_to_sender'],
  unseen: ['created'],
} as const satisfies Readonly<Record<string, readonly Status[] | null>>;

export type Tab = keyof typeof TABS;

/** Counts are exact up to this number; beyond it, nobody reads the list to its end. */
export const COUNTED_MAX = 10_000;

type Tx = Parameters<typeof countByStatus>[0];

/** Every parcel that is not archived. */
export const ALL_PARCELS: ShipmentSelection = {
  statuses: null,
  carriers: null,
  trackingNumber: null,
  attributes: {},
  isArchived: false,
  metadata: null,
  updatedAfterMs: null,
  search: null,
};

/**
 * Returns the parcels that need somebody: those with an open case, and those with an exception for
 * which no case was ever opened. If a case was closed, somebody has dealt with the exception.
 */
export async function parcelsNeedingAttention(tx: Tx): Promise<readonly string[]> {
  const most = COUNTED_MAX + 1;
  const open = await shipmentsOfOpenCases(tx, most);
  const exceptions = await shipmentIdsOf(tx, { ...ALL_PARCELS, statuses: ['exception'] }, most);
  return [...new Set([...open, ...(await shipmentsWithoutCases(tx, exceptions))])];
}

/** Counts the parcels of each tab. */
export async function countTabs(
  { parts }: Pick<DeskDeps, 'parts'>,
  { tenant }: Pick<DeskCall, 'tenant'>,
): Promise<Readonly<Record<Tab, ShipmentCount>>> {
  const lateAtMs = parts.clock.nowMs();
  const { byStatus, attention, late } = await withTenant(parts.db.app, tenant, async (tx) => {
    const among = await parcelsNeedingAttention(tx);
    return {
      byStatus: await countByStatus(tx, COUNTED_MAX + 1),
      attention: await countShipments(tx, { ...ALL_PARCELS, among }, COUNTED_MAX),
      late: await countShipments(tx, { ...ALL_PARCELS, lateAtMs }, COUNTED_MAX),
    };
  });
  const countOf = (statuses: readonly Status[]): ShipmentCount => {
    const count = statuses.reduce((sum, each) => sum + (byStatus.get(each) ?? 0), 0);
    return { count: Math.min(count, COUNTED_MAX), isExact: count <= COUNTED_MAX };
  };
  return {
    all: countOf([...byStatus.keys()]),
    attention,
    late,
    transit: countOf(TABS.transit),
    out: countOf(TABS.out),
    delivered: countOf(TABS.delivered),
    returned: countOf(TABS.returned),
    unseen: countOf(TABS.unseen),
  };
}
