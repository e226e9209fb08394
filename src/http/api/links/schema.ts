import { z } from 'zod';

/**
 * The longest validity of a link, the same as of links in messages: until long after a parcel has
 * arrived, returned or been given up.
 */
const HOURS_MAX = 720;

export const newLink = z
  .strictObject({
    purpose: z.literal('self_service').default('self_service').meta({
      description:
        'What the page shows or offers: the order, other days and pickup points, the address, the proof of delivery, photos of damage; as far as you offer them.',
    }),
    expires_in_hours: z.int().min(1).max(HOURS_MAX).default(HOURS_MAX),
  })
  .meta({ id: 'NewLink' });

export const personalLinkAnswer = z
  .strictObject({
    shipment_id: z.uuid(),
    purpose: z.literal('self_service'),
    url: z.string().meta({
      description:
        'Anyone who has this link can act as the recipient. Send it to the recipient only.',
    }),
    tracking_url: z.string().meta({ description: 'The same page without personal data.' }),
    expires_at: z.iso.datetime().meta({ description: 'Always a full hour.' }),
    bound_to: z.enum(['email', 'phone']).meta({
      description: 'The link becomes invalid when you change this contact of the recipient.',
    }),
  })
  .meta({ id: 'PersonalLink' });
