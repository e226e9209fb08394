import { z } from 'zod';

/** One event of a stream, as server-sent events name its fields. */
export const driverLiveEvent = z
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
