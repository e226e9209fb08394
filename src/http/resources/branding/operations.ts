import { operation } from '../../kit/operation.ts';
import { branding, newBranding } from './schema.ts';

const IF_MATCH = {
  'If-Match':
    'The `ETag` of the branding as it was read; when it is another by now, nothing changes and the answer is 412.',
};

export const getBrandingOperation = operation({
  id: 'getBranding',
  method: 'GET',
  path: '/branding',
  tag: 'Notifications',
  summary: 'How you look to your customers',
  description:
    'Of your key’s mode. In test mode, what is stored in live mode is shown until you store something else.',
  scope: 'notifications:read',
  answers: { 200: { description: 'As it was stored, with what is usual.', schema: branding } },
});

export const putBrandingOperation = operation({
  id: 'putBranding',
  method: 'PUT',
  path: '/branding',
  tag: 'Notifications',
  summary: 'Look your own way',
  description:
    'Replaces all of it: members that you leave out go back to what is usual. Messages and pages follow within seconds, cached pages with their caches.',
  scope: 'notifications:write',
  headers: IF_MATCH,
  body: newBranding,
  answers: { 200: { description: 'In force.', schema: branding } },
  errors: ['precondition_failed'],
  example: {
    name: 'Nordlicht Keramik',
    logo_url: 'https://shop.example.com/logo.png',
    color: '#0b6e4f',
    support_email: 'help@shop.example.com',
    address: 'Nordlicht Keramik GmbH\nHafenstraße 12\n20359 Hamburg',
    default_language: 'de',
    texts: { de: { footer: 'Amtsgericht Hamburg, HRB 123456' } },
  },
});

export const brandingOperations = [getBrandingOperation, putBrandingOperation];
