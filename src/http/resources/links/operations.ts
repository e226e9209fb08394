import { operation } from '../../kit/operation.ts';
import { newLink, personalLinkAnswer } from './schema.ts';

export const createLinkOperation = operation({
  id: 'createLink',
  method: 'POST',
  path: '/shipments/:id/links',
  tag: 'Shipments',
  summary: 'A personal link for the recipient',
  description:
    'As messages of the hub have it, for when you reach your customer by a way of your own. Nothing is stored, and asked again within the hour it is the same link. The shipment needs a recipient with a mail address or phone number (409 `conflict` otherwise), because the link is good for as long as that stays.',
  scope: 'shipments:write',
  params: { id: 'The shipment.' },
  body: newLink,
  bodyOptional: true,
  answers: { 200: { description: 'The link.', schema: personalLinkAnswer } },
  errors: ['not_found', 'conflict'],
  example: { expires_in_hours: 72 },
});
