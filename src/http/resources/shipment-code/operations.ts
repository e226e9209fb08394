import { z } from 'zod';
import { operation } from '../../kit/operation.ts';
import { SYMBOLOGIES } from './code-image.ts';

export const shipmentCodeOperation = operation({
  id: 'getShipmentCode',
  method: 'GET',
  path: '/shipments/:id/code',
  tag: 'Own couriers',
  summary: 'The number as a code to print',
  description:
    'An SVG image of the tracking number with the white margin that its standard wants, sharp at any size.',
  scope: 'shipments:read',
  params: { id: 'The shipment.' },
  query: z.strictObject({
    symbology: z.enum(SYMBOLOGIES).default('code128').meta({
      description: '`code128` for label printers and laser scanners, `qr` for phones.',
    }),
  }),
  answers: { 200: { description: 'The image.', mediaType: 'image/svg+xml' } },
  errors: ['not_found'],
});
