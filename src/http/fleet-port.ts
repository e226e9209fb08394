import type { CustodyRecords } from '../kernel/custody.ts';
import type { DeskGroup } from './console/kit/navigation.ts';
import type { DeskDeps } from './console/kit/visit.ts';
import type { ConsoleGroup } from './console/operators/navigation.ts';
import type { ConsoleDeps } from './console/operators/visit.ts';
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
  /** Pages of the operators' console. */
  consoleRoutes(deps: ConsoleDeps): readonly Route[];
  /** Pages of the merchants' console. */
  deskRoutes(deps: DeskDeps): readonly Route[];
  /** Groups of pages in the navigation of each console. */
  readonly navigation: {
    readonly operators: readonly ConsoleGroup[];
    readonly desk: readonly DeskGroup[];
  };
  readonly custody: CustodyRecords;
}
