import type { RedirectOption } from '../../../adapters/contract/extras.ts';
import { resource } from '../../kit/resource.ts';
import { ASKING_ERRORS } from '../carriers/ask-carrier.ts';
import type { Redirects } from './redirects.ts';
import { redirect, redirected, redirectOptions } from './schema.ts';

/** What carriers offer for parcels in transit, and requests to them. */
export const shipmentRedirects = resource(
  { noun: 'shipment', tag: 'Shipments' },
  {
    get: {
      id: 'getRedirectOptions',
      method: 'GET',
      path: '/shipments/:id/redirect-options',
      summary: "List the carrier's options for a parcel in transit",
      description: 'Asks the carrier. Available for carriers with the capability `redirect`.',
      scope: 'shipments:read',
      answers: { 200: { description: 'What it offers.', schema: redirectOptions } },
      errors: ['conflict', ...ASKING_ERRORS],
    },
    redirect: {
      id: 'redirectShipment',
      method: 'POST',
      path: '/shipments/:id/redirect',
      summary: 'Hold, return or redirect a parcel',
      description:
        'Sends one request to the carrier, at your cost. For a day after an accepted request, another is refused (409 with `earlier`) unless you send `replace`. The shipment itself does not change; its new course is reported by the carrier. Send an Idempotency-Key. If there was no answer (503), check the options before you try again.',
      scope: 'shipments:write',
      body: redirect,
      answers: { 202: { description: 'The carrier took the request.', schema: redirected } },
      errors: ['conflict', 'redirect_refused', ...ASKING_ERRORS],
      example: {
        to: { kind: 'hold_at_facility' },
        contact: { name: 'Alex Sample', phone: '+1 410 555 0123' },
      },
    },
  },
  (redirects: Redirects) => ({
    get: async ({ tenant, id }) => {
      const { options, ...offer } = await redirects.options(tenant, id);
      return { status: 200, body: { ...offer, data: options.map(optionJson) } };
    },
    redirect: ({ tenant, key, body, id }) =>
      redirects.redirect(tenant, { key_id: key.id }, id, body),
  }),
);

function optionJson({ needsContact, takesInstructions = false, ...option }: RedirectOption) {
  return { ...option, needs_contact: needsContact, takes_instructions: takesInstructions };
}
