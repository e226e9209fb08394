import { z } from 'zod';
import { Problem } from '../../../kernel/errors.ts';
import type { Notifications } from '../../../reactions/notifications/index.ts';
import {
  findShipment,
  iso,
  type TrackingDeps,
  trackingUrl,
} from '../../../tracking/ports/shipments.ts';
import { resource } from '../../kit/resource.ts';

/**
 * The longest validity of a link, the same as of links in messages: until long after a parcel has
 * arrived, returned or been given up.
 */
const HOURS_MAX = 720;

const newLink = z
  .strictObject({
    purpose: z
      .literal('self_service')
      .default('self_service')
      .describe(
        'What the page shows or offers: the order, other days and pickup points, the address, the proof of delivery, photos of damage; as far as you offer them.',
      ),
    expires_in_hours: z.int().min(1).max(HOURS_MAX).default(HOURS_MAX),
  })
  .meta({ id: 'NewLink' });

export const personalLinkAnswer = z
  .strictObject({
    shipment_id: z.uuid(),
    purpose: z.literal('self_service'),
    url: z
      .string()
      .describe(
        'Anyone who has this link can act as the recipient. Send it to the recipient only.',
      ),
    tracking_url: z.string().describe('The same page without personal data.'),
    expires_at: z.iso.datetime().describe('Always a full hour.'),
    bound_to: z
      .enum(['email', 'phone'])
      .describe('The link becomes invalid when you change this contact of the recipient.'),
  })
  .meta({ id: 'PersonalLink' });

/** Personal links that a merchant passes on itself. */
export const shipmentLinks = resource(
  { noun: 'shipment', tag: 'Shipments' },
  {
    create: {
      id: 'createShipmentLink',
      method: 'POST',
      path: '/shipments/:id/links',
      summary: 'Create a personal link for the recipient',
      description:
        "The link that the hub's own messages contain, for when you write to your customers yourself. Nothing is stored; within the hour you get the same link again. The shipment needs a recipient with an email address or phone number (otherwise 409 `conflict`): the link is valid as long as that stays the same.",
      scope: 'shipments:write',
      body: newLink,
      bodyOptional: true,
      answers: { 200: { description: 'The link.', schema: personalLinkAnswer } },
      errors: ['conflict'],
      example: { expires_in_hours: 72 },
    },
  },
  ({
    tracking,
    notifications,
  }: {
    readonly tracking: TrackingDeps;
    readonly notifications: Pick<Notifications, 'personalLink'>;
  }) => ({
    create: async ({ tenant, body, id, found }) => {
      const shipment = found(await findShipment(tracking, tenant, id));
      const link = notifications.personalLink(shipment, body.expires_in_hours);
      if (link === null) {
        throw new Problem('conflict', 'shipments.recipientContactMissing', {
          fix: 'shipments.setRecipientContact',
        });
      }
      const url = trackingUrl(tracking.publicUrl(), shipment);
      return {
        status: 200,
        body: {
          shipment_id: shipment.id,
          purpose: body.purpose,
          url: `${url}?t=${encodeURIComponent(link.token)}`,
          tracking_url: url,
          expires_at: iso(link.expiresAtMs),
          bound_to: link.boundTo === 'sms' ? 'phone' : 'email',
        },
      };
    },
  }),
);
