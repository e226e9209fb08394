import { drops } from '../api/drops/routes.ts';
import { scanOperations } from '../api/scans/operations.ts';
import { scanRoutes } from '../api/scans/routes.ts';
import type { HttpContext } from '../context.ts';
import type { HttpModule } from './module.ts';

/** Scans of merchants' own parcels, one by one and as files. */
export const scanModule: HttpModule<Pick<HttpContext, 'clock' | 'drops' | 'log' | 'scans'>> = {
  operations: [...scanOperations, ...drops.operations],
  routes(api, { clock, log, scans, ...deps }) {
    const accepting = scans === null ? [] : scanRoutes(api, { ...scans, clock, log });
    return [...accepting, ...drops.routes(api, deps.drops)];
  },
};
