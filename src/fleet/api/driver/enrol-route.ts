import { writeAnswer } from '../../../http/kit/answer.ts';
import { Aborted, readJsonBody } from '../../../http/kit/bodies/json-body.ts';
import { createRateLimiter } from '../../../http/kit/rate-limit.ts';
import type { Route } from '../../../http/kit/route.ts';
import { parseBody } from '../../../http/kit/validation.ts';
import { Problem } from '../../../kernel/errors.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Devices } from '../../couriers/index.ts';
import { courierJson } from '../couriers/courier-json.ts';
import { enrolDeviceOperation } from './operations.ts';

/**
 * Limits on tried codes, per network and overall: at this rate the 2^50 codes take millions of
 * years, and a code lives 15 minutes. A depot's phones share an address on a Monday morning.
 */
const TRIES_BURST = 20;
const TRIES_PER_S = 1 / 15;
const ALL_BURST = 600;
const ALL_PER_S = 10;
/** Key under which all tries together are counted. */
const EVERYBODY = 'everybody';

/** Issues a phone its key. The only path of the app that needs none. */
export function enrolRoute(devices: Pick<Devices, 'enrol'>, clock: Clock): Route {
  const { method, path, body } = enrolDeviceOperation;
  const tries = createRateLimiter({
    name: 'enrolments',
    burst: TRIES_BURST,
    perS: TRIES_PER_S,
    clock,
  });
  const all = createRateLimiter({
    name: 'all enrolments',
    burst: ALL_BURST,
    perS: ALL_PER_S,
    clock,
  });
  return {
    method,
    path,
    hot: false,
    async handler(request, response, context) {
      try {
        const waitS = tries.take(context.clientIp) || all.take(EVERYBODY);
        if (waitS > 0) {
          throw new Problem('rate_limited', 'deliveries.tooManyCodesTried', { retryAfterS: waitS });
        }
        const { value } = await readJsonBody(request);
        const { code, device } = parseBody(body, value);
        const { name, platform } = device;
        const enrolled = await devices.enrol(code, {
          name: platform === undefined ? name : `${name} (${platform})`,
        });
        if (enrolled === null) {
          throw new Problem('enrolment_refused', 'deliveries.invalidCode');
        }
        writeAnswer(response, {
          status: 201,
          body: {
            device_key: enrolled.deviceKey,
            device_id: wireId('device', enrolled.deviceId),
            courier: courierJson(enrolled.courier),
            took_over: enrolled.tookOver,
          },
        });
        const { courier } = enrolled;
        const { id: courierId, merchantId: merchant_id, mode } = courier;
        context.log.info({ merchant_id, mode, courier_id: courierId }, 'a device was enrolled');
      } catch (error) {
        if (!(error instanceof Aborted)) throw error;
        response.destroy();
      }
    },
  };
}
