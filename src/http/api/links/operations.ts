import { operation } from '../../kit/operation.ts';
import { newLink, personalLinkAnswer } from './schema.ts';

export const createLinkOperation = operation({
  id: 'createShipmentLink',
  method: 'POST',
  path: '/shipments/:id/links',
  tag: 'Shipments',
  summary: 'Create a personal link for the recipient',
  description:
    "The link that the hub's own messages contain, for when you write to your customers yourself. Nothing is stored; within the hour you get the same link again. The shipment needs a recipient with an email address or phone number (otherwise 409 `conflict`): the link is valid as long as that stays the same.",
  scope: 'shipments:write',
  params: { id: 'The shipment.' },
  body: newLink,
  bodyOptional: true,
  answers: { 200: { description: 'The link.', schema: personalLinkAnswer } },
  errors: ['not_found', 'conflict'],
  example: { expires_in_hours: 72 },
});
