import type { CustodyRecords } from '../kernel/custody.ts';
import type { DeskGroup } from './console/kit/navigation.ts';
import type { DeskDeps } from './console/kit/visit.ts';
import type { MerchantApi } from './kit/merchant-route.ts';
import type { Operation } from './kit/operation.ts';
import type { Route, SocketRoute } from './kit/route.ts';

/**
 * What a merchant's own couriers add to the HTTP layer. `src/fleet` fills it; a hub without own
 * couriers (`WAYBILL_FLEET=off`) has none.
 */
export interface FleetPort {
  /** Every operation of the routes below, pages included. */
  readonly operations: readonly Operation[];
  /** Routes for merchants' keys. */
  routes(api: MerchantApi): readonly Route[];
  /** Routes for couriers' device keys. At the path of another route, either key works. */
  readonly deviceRoutes: readonly Route[];
  readonly sockets: readonly SocketRoute[];
  /** Pages of the console. */
  deskRoutes(deps: DeskDeps): readonly Route[];
  /** Sections of the console's navigation. */
  readonly navigation: readonly DeskGroup[];
  readonly custody: CustodyRecords;
}
