import type { MerchantApi } from '../kit/merchant-route.ts';
import type { Operation } from '../kit/operation.ts';
import type { Route } from '../kit/route.ts';

/** An area of the HTTP layer: what it serves, and how the documentation describes it. */
export interface HttpModule<Deps> {
  /** In the order the docs list them. */
  readonly operations: readonly Operation[];
  routes(api: MerchantApi, deps: Deps): readonly Route[];
}
