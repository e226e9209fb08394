import { z } from 'zod';
import { operation } from '../../kit/operation.ts';
import { SYMBOLOGIES } from './code-image.ts';

export const shipmentCodeOperation = operation({
  id: 'getShipmentCode',
  method: 'GET',
  path: '/shipments/:id/code',
  tag: 'Own couriers',
  summary: 'Get a tracking number as a printable code',
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

const PIECES_MAX = 99;

export const shipmentLabelOperation = operation({
  id: 'getShipmentLabel',
  method: 'GET',
  path: '/shipments/:id/label',
  tag: 'Own couriers',
  summary: 'Get a shipping label',
  description:
    'A PDF of A6 pages with the address of the recipient, the number as Code 128 and QR, order and weight, for parcels of own couriers. The sender is the `origin` of the shipment.',
  scope: 'shipments:read',
  params: { id: 'The shipment.' },
  query: z.strictObject({
    pieces: z.coerce.number().int().min(1).max(PIECES_MAX).default(1).meta({
      description: 'A page for each piece, numbered, where the number is for several.',
    }),
  }),
  answers: { 200: { description: 'The label.', mediaType: 'application/pdf' } },
  errors: ['not_found', 'not_offered', 'conflict'],
});
