import type { Route } from './route.ts';

const DEVICE_KEY = /^Bearer +wbd_/i;

/** One path that merchants' keys open, and device keys: each with its own checks. */
export function eitherKey(merchant: Route, device: Route): Route {
  return {
    ...merchant,
    handler(request, response, context) {
      const isDevice = DEVICE_KEY.test(request.headers.authorization ?? '');
      return (isDevice ? device : merchant).handler(request, response, context);
    },
  };
}
