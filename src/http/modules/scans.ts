import { drops } from '../api/drops/routes.ts';
import { scans as scanResource } from '../api/scans/routes.ts';
import type { HttpContext } from '../context.ts';
import type { HttpModule } from './module.ts';

/** Scans of merchants' own parcels, one by one and as files. */
export const scanModule: HttpModule<Pick<HttpContext, 'clock' | 'drops' | 'log' | 'scans'>> = {
  operations: [...scanResource.operations, ...drops.operations],
  routes(api, { clock, log, scans, ...deps }) {
    const accepting = scans === null ? [] : scanResource.routes(api, { ...scans, clock, log });
    return [...accepting, ...drops.routes(api, deps.drops)];
  },
};
