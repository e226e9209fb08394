import { operation } from '../../kit/operation.ts';
import { eventFeedQuery, eventPage } from './schema.ts';

export const listEventsOperation = operation({
  id: 'listEvents',
  method: 'GET',
  path: '/events',
  tag: 'Events and webhooks',
  summary: 'List events',
  description:
    'The same events as in webhooks, without gaps. Request with `after`, store `next_cursor` once you have handled `data`, and continue from it. Events are in order for each shipment, and roughly by time between shipments. An event with `data.quiet: true` is sent in no webhook: stored history was read again and nothing happened; it keeps your copy in step.',
  scope: 'webhooks:read',
  query: eventFeedQuery,
  answers: {
    200: { description: 'The next events; empty if there are no more.', schema: eventPage },
  },
});

/** In the order in which the docs list them. */
export const eventOperations = [listEventsOperation];
