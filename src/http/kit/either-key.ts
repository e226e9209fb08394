import type { Route } from './route.ts';

const DEVICE_KEY = /^Bearer +wbd_/i;

/** One path for merchants' keys and device keys, each with its own checks. */
function eitherKey(merchant: Route, device: Route): Route {
  return {
    ...merchant,
    handler(request, response, context) {
      const isDevice = DEVICE_KEY.test(request.headers.authorization ?? '');
      return (isDevice ? device : merchant).handler(request, response, context);
    },
  };
}

/** Merges both tables: a path in both accepts either key. */
export function eitherKeys(merchants: readonly Route[], devices: readonly Route[]): Route[] {
  const key = ({ method, path }: Route) => `${method} ${path}`;
  const byKey = new Map(devices.map((route) => [key(route), route]));
  const both = merchants.map((route) => {
    const device = byKey.get(key(route));
    byKey.delete(key(route));
    return device === undefined ? route : eitherKey(route, device);
  });
  return [...both, ...byKey.values()];
}
