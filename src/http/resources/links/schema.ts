import { z } from 'zod';

/** As long as the links of messages: until a parcel has long arrived, returned or been given up. */
const HOURS_MAX = 720;

export const newLink = z
  .strictObject({
    purpose: z.literal('self_service').default('self_service').meta({
      description:
        'What it opens: the page with the order, other days and places, the address, the proof of delivery, photos of damage, as far as you offer them.',
    }),
    expires_in_hours: z.int().min(1).max(HOURS_MAX).default(HOURS_MAX),
  })
  .meta({ id: 'NewLink' });

export const personalLinkAnswer = z
  .strictObject({
    shipment_id: z.uuid(),
    purpose: z.literal('self_service'),
    url: z.string().meta({
      description: 'Whoever has it may do what the recipient may: send it to nobody else.',
    }),
    tracking_url: z.string().meta({ description: 'The same page with nothing personal on it.' }),
    expires_at: z.iso.datetime().meta({ description: 'At a full hour.' }),
    bound_to: z.enum(['email', 'phone']).meta({
      description: 'It opens nothing any more once you change that of the recipient.',
    }),
  })
  .meta({ id: 'PersonalLink' });
