import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../../platform/clock.ts';
import type { HttpContext } from '../../context.ts';
import type { MerchantApi } from '../../kit/merchant-route.ts';
import type { Operation } from '../../kit/operation.ts';
import type { Route } from '../../kit/route.ts';
import { connections } from './connection-routes.ts';
import { couriers } from './courier-routes.ts';
import { estimates } from './edd-routes.ts';
import { AFTERSHIP } from './refusal.ts';
import { assertSignature } from './signature.ts';
import { trackings } from './tracking-routes.ts';

/**
 * AfterShip's API below `/compat/aftership/tracking/2026-07`, as its SDK 17 calls it, and at the
 * root, as the Python SDK 10 does.
 */
export const aftershipOperations: readonly Operation[] = [
  ...trackings.operations,
  ...couriers.operations,
  ...connections.operations,
  ...estimates.operations,
].flatMap((each) => [each, { ...each, id: `${each.id}AtRoot`, path: withoutPrefix(each.path) }]);

export function aftershipRoutes(plain: MerchantApi, deps: HttpContext): readonly Route[] {
  const { accounts, adapters, clock, polling, promises, publicUrl, tracking } = deps;
  const api = withSignatures(plain, clock);
  const check = deps.credentialCheck ?? null;
  const routes = [
    ...trackings.routes(api, { tracking, adapters, polling }),
    ...couriers.routes(api, { adapters, accounts }),
    ...connections.routes(api, { accounts, adapters, publicUrl, polling, check }),
    ...estimates.routes(api, { adapters, promises, clock, randomBytes: tracking.randomBytes }),
  ];
  return routes.flatMap((route) => [route, { ...route, path: withoutPrefix(route.path) }]);
}

/** Checks the signature of requests that have one. */
function withSignatures(api: MerchantApi, clock: Clock): MerchantApi {
  const checkBody = ({ method = '', url = '', headers }: IncomingMessage, body: Uint8Array) =>
    assertSignature({ method, target: withoutPrefix(url), headers, body }, clock.nowMs());
  return { ...api, checkBody };
}

/** A path as the SDKs know it. */
function withoutPrefix(path: Operation['path']): Operation['path'] {
  return path.startsWith(AFTERSHIP) ? path.slice(AFTERSHIP.length) : path;
}
