import { operation } from '../../kit/operation.ts';
import { eventFeedQuery, eventPage } from './schema.ts';

export const listEventsOperation = operation({
  id: 'listEvents',
  method: 'GET',
  path: '/events',
  tag: 'Events and webhooks',
  summary: 'What has happened, by pull',
  description:
    'The same events as webhooks bring, without a gap: ask with `after`, keep `next_cursor` when you have handled `data`, and come back with it. In order for each shipment, roughly by time between them. An event with `data.quiet: true` is in no webhook: the past was read anew and nothing happened; it keeps a copy of yours in step.',
  scope: 'webhooks:read',
  query: eventFeedQuery,
  answers: {
    200: { description: 'The next events; none when you have them all.', schema: eventPage },
  },
});

/** In the order in which the docs list them. */
export const eventOperations = [listEventsOperation];
