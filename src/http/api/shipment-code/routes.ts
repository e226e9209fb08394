import { z } from 'zod';
import { findShipment, type TrackingDeps } from '../../../tracking/ports/shipments.ts';
import { resource } from '../../kit/resource.ts';
import { invalidMember } from '../../kit/validation.ts';
import { codeImage, SYMBOLOGIES } from './code-image.ts';

/** The code to print on a parcel, for people who label it themselves. */
export const shipmentCode = resource(
  { noun: 'shipment', tag: 'Own couriers' },
  {
    get: {
      id: 'getShipmentCode',
      method: 'GET',
      path: '/shipments/:id/code',
      summary: 'Get a tracking number as a printable code',
      description:
        'An SVG image of the tracking number with the white margin that its standard wants, sharp at any size.',
      scope: 'shipments:read',
      query: z.strictObject({
        symbology: z
          .enum(SYMBOLOGIES)
          .default('code128')
          .describe('`code128` for label printers and laser scanners, `qr` for phones.'),
      }),
      answers: { 200: { description: 'The image.', mediaType: 'image/svg+xml' } },
    },
  },
  (tracking: TrackingDeps) => ({
    get: async ({ tenant, query, id, found }) => {
      const shipment = found(await findShipment(tracking, tenant, id));
      const image = codeImage(shipment.trackingNumber, query.symbology);
      if (image === null) {
        throw invalidMember(
          '?symbology',
          'shipments.notCode128Encodable',
          'shipments.useQrSymbology',
        );
      }
      return {
        status: 200,
        bytes: Buffer.from(image),
        headers: { 'content-type': 'image/svg+xml; charset=utf-8' },
      };
    },
  }),
);
