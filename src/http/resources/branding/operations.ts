import { operation } from '../../kit/operation.ts';
import { branding, newBranding } from './schema.ts';

const IF_MATCH = {
  'If-Match':
    'The `ETag` of the branding you read. If it has changed since, nothing is stored and the answer is 412.',
};

export const getBrandingOperation = operation({
  id: 'getBranding',
  method: 'GET',
  path: '/branding',
  tag: 'Notifications',
  summary: 'Get your branding',
  description:
    "For your key's mode. In test mode, the live branding is shown until you store another.",
  scope: 'notifications:read',
  answers: {
    200: { description: 'The stored branding, completed with defaults.', schema: branding },
  },
});

export const putBrandingOperation = operation({
  id: 'setBranding',
  method: 'PUT',
  path: '/branding',
  tag: 'Notifications',
  summary: 'Replace your branding',
  description:
    'Replaces everything: omitted members return to their defaults. Messages and pages follow within seconds; cached pages when their cache expires.',
  scope: 'notifications:write',
  headers: IF_MATCH,
  body: newBranding,
  answers: { 200: { description: 'Active.', schema: branding } },
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
