import { lastEventId, STREAM_HEADERS } from '../../../http/kit/event-stream.ts';
import type { Route } from '../../../http/kit/route.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { DriverGate } from './driver-route.ts';
import type { DriverStreams } from './driver-streams.ts';
import { driverLiveOperation } from './operations.ts';

/** Retry-After when all streams are in use. */
const FULL_RETRY_AFTER_S = 30;

/** `GET /driver/live`: changes of a courier's work, as server-sent events. */
export function driverLiveRoute(gate: DriverGate, streams: DriverStreams): Route {
  const { method, path } = driverLiveOperation;
  return {
    method,
    path,
    hot: false,
    async handler(request, response, context) {
      const driver = await gate.admit(request, context.clientIp);
      // A client that disconnected during the lookup emits no further close event.
      if (response.destroyed) return;
      const admission = streams.admit(driver.deviceId);
      if (admission.kind !== 'admitted') {
        throw new Problem('overloaded', 'values.liveStreamsExhausted', {
          retryAfterS: FULL_RETRY_AFTER_S,
          fix: 'deliveries.pollRouteInstead',
        });
      }
      response.writeHead(200, STREAM_HEADERS);
      admission.open(response, driver, lastEventId(request.headers['last-event-id']));
      const { merchantId, mode } = driver.tenant;
      context.log.info(
        { operation: driverLiveOperation.id, status: 200, mode, merchant_id: merchantId },
        'a phone listens',
      );
    },
  };
}
