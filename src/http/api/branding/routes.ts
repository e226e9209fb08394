import type { Brandings, StoredBranding } from '../../../merchants/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Answer } from '../../kit/answer.ts';
import { changed, etagOf, expectedGeneration } from '../../kit/if-match.ts';
import { resource } from '../../kit/resource.ts';
import { branding, newBranding } from './schema.ts';

const IF_MATCH = {
  'If-Match':
    'The `ETag` of the branding you read. If it has changed since, nothing is stored and the answer is 412.',
};

/** A merchant's branding on messages and pages. */
export const brandingResource = resource(
  { noun: 'branding', tag: 'Notifications' },
  {
    get: {
      id: 'getBranding',
      method: 'GET',
      path: '/branding',
      summary: 'Get your branding',
      description:
        "For your key's mode. In test mode, the live branding is shown until you store another.",
      scope: 'notifications:read',
      answers: {
        200: { description: 'The stored branding, completed with defaults.', schema: branding },
      },
    },
    set: {
      id: 'setBranding',
      method: 'PUT',
      path: '/branding',
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
    },
  },
  (brandings: Brandings) => ({
    get: async ({ tenant }) => answerOf(await brandings.stored(tenant)),
    set: async ({ tenant, body, request }) => {
      const { generation } = await brandings.stored(tenant);
      const stored = await brandings.store(tenant, body, expectedGeneration(request, generation));
      if (stored === null) throw changed((await brandings.stored(tenant)).generation);
      return answerOf(stored);
    },
  }),
);

function answerOf({ document, generation, updatedAtMs }: StoredBranding): Answer {
  // A document stored by an older version is shown in this version's schema.
  const read = newBranding.safeParse(document);
  const members = read.success ? read.data : newBranding.parse({});
  return {
    status: 200,
    headers: generation === 0 ? {} : { etag: etagOf(generation) },
    body: { ...members, updated_at: iso(updatedAtMs) },
  };
}
