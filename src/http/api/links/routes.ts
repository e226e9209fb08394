import { Problem } from '../../../kernel/errors.ts';
import type { Notifications } from '../../../reactions/notifications/index.ts';
import { findShipment, iso, type TrackingDeps, trackingUrl } from '../../../tracking/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import type { Route } from '../../kit/route.ts';
import { noSuchShipment, shipmentId } from '../shipments/routes.ts';
import { createLinkOperation } from './operations.ts';

/** Personal links that a merchant passes on itself. */
export function linkRoutes(
  api: MerchantApi,
  tracking: TrackingDeps,
  notifications: Pick<Notifications, 'personalLink'>,
): readonly Route[] {
  return [
    merchantRoute(api, createLinkOperation, async ({ tenant, param, body }) => {
      const shipment = await findShipment(tracking, tenant, shipmentId(param('id')));
      if (shipment === null) throw noSuchShipment();
      const link = notifications.personalLink(shipment, body.expires_in_hours);
      if (link === null) {
        throw new Problem(
          'conflict',
          'The shipment has no recipient email address or phone number.',
          {
            fix: "Set the recipient's email or phone (PATCH /v1/shipments/{id}), then try again.",
          },
        );
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
    }),
  ];
}
