import { z } from 'zod';
import { instant } from '../../../kernel/time/time-kinds.ts';
import { courierId } from '../couriers/schema.ts';
import { shipmentLocation } from '../locations/schema.ts';
import { TOPICS_MAX } from './topics.ts';

export const liveQuery = z.strictObject({
  subscribe: z
    .string()
    .min(1)
    .max(20_000)
    .meta({
      description: `Up to ${TOPICS_MAX} topics with commas between: \`courier:ID\`, \`shipment:ID_OR_NUMBER\`, and for all couriers the name of the carrier that they are. Not for WebSockets.`,
      example: 'courier:cou_0190b0a15e0b7c3e8f0b1d5a2c4e6f80',
    }),
  since: z.coerce.number().int().nonnegative().optional().meta({
    description: 'The `seq` of the last batch that was seen. Left out: everything is sent.',
  }),
});

const seq = z.int().meta({ description: 'Grows from batch to batch, in all processes.' });

const livePlace = z.strictObject({
  courier_id: courierId,
  ts: instant,
  lat: z.number(),
  lng: z.number(),
  accuracy_m: z.number().nullable(),
  speed_kmh: z.number().nullable(),
  heading: z.number().nullable(),
  battery: z.number().nullable(),
});

export const liveBatch = z
  .strictObject({
    type: z.literal('batch'),
    at: instant,
    seq,
    topics: z.array(
      z.strictObject({
        topic: z.string(),
        seq,
        reset: z.literal(true).optional().meta({
          description: 'These are all couriers of the topic: forget the others.',
        }),
        couriers: z.array(livePlace).optional().meta({
          description: 'Of couriers: the newest place of each that has moved.',
        }),
        gone: z.array(courierId).optional().meta({ description: 'Their shift is over.' }),
        location: shipmentLocation.nullable().optional().meta({
          description: 'Of `shipment:…`. Null: no courier on shift has it, or it is done.',
        }),
      }),
    ),
  })
  .meta({ id: 'LiveBatch' });

export const newLiveTicket = z
  .strictObject({
    origin: z.url().max(300).optional().meta({
      description: 'Of the page that will use it. Left out: pages of the hub itself.',
      example: 'https://shop.example',
    }),
    subscribe: z.array(z.string().min(1).max(200)).min(1).max(TOPICS_MAX).optional().meta({
      description: 'What the ticket may watch. Left out: everything that the key may.',
    }),
  })
  .meta({ id: 'NewLiveTicket' });

export const liveTicket = z
  .strictObject({
    ticket: z.string(),
    url: z.string().meta({ description: 'For `new WebSocket(url)`.' }),
    expires_at: instant,
  })
  .meta({ id: 'LiveTicket' });
