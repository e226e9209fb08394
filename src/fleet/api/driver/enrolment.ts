import { writeAnswer } from '../../../http/kit/answer.ts';
import { readJsonBody } from '../../../http/kit/bodies/json-body.ts';
import { createRateLimiter } from '../../../http/kit/rate-limit.ts';
import { rawResource } from '../../../http/kit/resource.ts';
import { parseBody } from '../../../http/kit/validation.ts';
import { Problem } from '../../../kernel/errors.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Devices } from '../../couriers/index.ts';
import { courierJson } from '../couriers/courier-json.ts';
import { enrol, enrolled } from './schema.ts';

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
export const deviceEnrolment = rawResource(
  { noun: 'device', tag: "Drivers' app" },
  {
    create: {
      id: 'enrolDriverDevice',
      method: 'POST',
      path: '/driver/enrol',
      summary: 'Exchange an enrolment code for a device key',
      description:
        'A courier has one device at a time: this one takes over, and the earlier one gets an error on its next request.',
      body: enrol,
      answers: { 201: { description: 'Enrolled.', schema: enrolled } },
      errors: ['enrolment_refused', 'rate_limited'],
      example: { code: '7K3MQ-XN42D', device: { name: 'Pixel 6a', platform: 'Android 14' } },
    },
  },
  ({ devices, clock }: { readonly devices: Pick<Devices, 'enrol'>; readonly clock: Clock }) => {
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
      async create({ request, response, context }) {
        const waitS = tries.take(context.clientIp) || all.take(EVERYBODY);
        if (waitS > 0) {
          throw new Problem('rate_limited', 'deliveries.tooManyCodesTried', { retryAfterS: waitS });
        }
        const { value } = await readJsonBody(request);
        const { code, device } = parseBody(enrol, value);
        const { name, platform } = device;
        const done = await devices.enrol(code, {
          name: platform === undefined ? name : `${name} (${platform})`,
        });
        if (done === null) throw new Problem('enrolment_refused', 'deliveries.invalidCode');
        writeAnswer(response, {
          status: 201,
          body: {
            device_key: done.deviceKey,
            device_id: wireId('device', done.deviceId),
            courier: courierJson(done.courier),
            took_over: done.tookOver,
          },
        });
        const { id: courierId, merchantId: merchant_id, mode } = done.courier;
        context.log.info({ merchant_id, mode, courier_id: courierId }, 'a device was enrolled');
      },
    };
  },
);
