import { z } from 'zod';
import { operation } from '../../../http/kit/operation.ts';
import { enrol, enrolled } from './schema.ts';

/** One event of a stream, as server-sent events name its fields. */
const driverLiveEvent = z
  .object({
    id: z.string().optional().meta({ description: 'For `Last-Event-ID`.' }),
    event: z.enum(['route', 'offers', 'ended']).optional(),
    data: z.string().optional().meta({
      description:
        'JSON. Of `route`: `revision`, and in `notices` what of the route was not the courier’s own doing since the last event; of `offers`: `offers`, all that the courier is asked for now, as `GET /v1/driver/offers` has them; of `ended`: `code` and `reason`, as the error to a request has them.',
    }),
    retry: z.union([z.int(), z.string()]).optional().meta({ description: 'Milliseconds.' }),
  })
  .meta({ id: 'DriverLiveEvent' });

export const enrolDeviceOperation = operation({
  id: 'enrolDriverDevice',
  method: 'POST',
  path: '/driver/enrol',
  tag: "Drivers' app",
  summary: 'Exchange an enrolment code for a device key',
  description:
    'A courier has one device at a time: this one takes over, and the earlier one gets an error on its next request.',
  body: enrol,
  answers: { 201: { description: 'Enrolled.', schema: enrolled } },
  errors: ['enrolment_refused', 'rate_limited'],
  example: { code: '7K3MQ-XN42D', device: { name: 'Pixel 6a', platform: 'Android 14' } },
});

export const driverLiveOperation = operation({
  id: 'streamDriverUpdates',
  method: 'GET',
  path: '/driver/live',
  tag: "Drivers' app",
  summary: 'Stream changes for the driver',
  description:
    'A stream of server-sent events: `route` with the revision of the route as it is, and again with each change, whoever made it; `offers` with the deliveries that are offered to the courier, at the beginning and with each change; `ended` when the key is no longer valid, and then the stream ends. Send the last id as Last-Event-ID when you reconnect: what you have is not sent. A comment every 20 seconds keeps the connection open. A device that opens more than four streams loses the oldest.',
  device: true,
  answers: {
    200: { description: 'The stream.', mediaType: 'text/event-stream', schema: driverLiveEvent },
  },
  errors: ['overloaded'],
});

/** The operations that are not part of a resource, in the order in which the docs list them. */
export const driverOperations = [enrolDeviceOperation, driverLiveOperation];
