import { writeAnswer } from '../../kit/answer.ts';
import type { Route } from '../../kit/route.ts';
import { healthOperation, readinessOperation } from './operations.ts';

/** Whether this process should receive traffic, and its problems even if it should. */
export interface Readiness {
  /** Reasons in sentences; empty: ready. */
  readonly notReady: readonly string[];
  /**
   * Problems that do not stop serving, such as a broken mapping whose last good version is active.
   */
  readonly degraded: readonly string[];
}

/** Seconds until a load balancer may check again. */
const RETRY_AFTER_S = '5';

/** Live means that the event loop runs; readiness checks the dependencies each time. */
export function healthRoutes(readiness: () => Promise<Readiness>): readonly Route[] {
  return [
    {
      method: 'GET',
      path: healthOperation.path,
      hot: false,
      async handler(_request, response) {
        writeAnswer(response, { status: 200, body: { status: 'ok' } });
      },
    },
    {
      method: 'GET',
      path: readinessOperation.path,
      hot: false,
      async handler(_request, response) {
        const { notReady, degraded } = await readiness();
        const ready = notReady.length === 0;
        const serving = degraded.length === 0 ? 'ready' : 'degraded';
        writeAnswer(response, {
          status: ready ? 200 : 503,
          headers: ready ? {} : { 'retry-after': RETRY_AFTER_S },
          body: { status: ready ? serving : 'not_ready', not_ready: notReady, degraded },
        });
      },
    },
  ];
}
