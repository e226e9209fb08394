import type { HttpContext } from '../context.ts';
import type { MerchantApi } from '../kit/merchant-route.ts';
import type { Operation } from '../kit/operation.ts';
import type { RefusalStyle } from '../kit/refusal-style.ts';
import type { Route } from '../kit/route.ts';
import { AFTERSHIP_STYLES } from './aftership/refusal.ts';
import { aftershipOperations, aftershipRoutes } from './aftership/routes.ts';
import { EASYPOST_STYLE } from './easypost/refusal.ts';
import { easypostOperations, easypostRoutes } from './easypost/routes.ts';
import { withAsApiKey, withBasicKey } from './keys.ts';

/** Every operation of the drop-in APIs; `/openapi.json` leaves them out, docs/compat lists them. */
export const compatOperations: readonly Operation[] = [
  ...easypostOperations,
  ...aftershipOperations,
];

/** The paths whose errors look like those of another service, whoever refuses the request. */
export const REFUSAL_STYLES: readonly RefusalStyle[] = [EASYPOST_STYLE, ...AFTERSHIP_STYLES];

/** The APIs of EasyPost and AfterShip, for their own clients with another address. */
export function compatRoutes(api: MerchantApi, deps: HttpContext): readonly Route[] {
  const routes = [
    ...easypostRoutes(withBasicKey(api), deps),
    ...aftershipRoutes(withAsApiKey(api, deps.clock), deps),
  ];
  // Their versions are in their paths, so `/v1` does not have them.
  return routes.map((route) => ({ ...route, isPage: true }));
}
