import type { Event } from '../../../events/event.ts';
import type { EventFeed } from '../../../platform/event-log/event-feed.ts';
import { eventBody, wantsType } from '../../../reactions/merchant-webhooks/index.ts';
import { resource } from '../../kit/resource.ts';
import { invalidMember } from '../../kit/validation.ts';
import { eventFeedQuery, eventPage } from './schema.ts';

/** The merchant's events by polling: for clients that open no port, and to verify webhooks. */
export const events = resource(
  { noun: 'event', tag: 'Events and webhooks' },
  {
    list: {
      id: 'listEvents',
      method: 'GET',
      path: '/events',
      summary: 'List events',
      description:
        'The same events as in webhooks, without gaps. Request with `after`, store `next_cursor` once you have handled `data`, and continue from it. Events are in order for each shipment, and roughly by time between shipments. An event with `data.quiet: true` is sent in no webhook: stored history was read again and nothing happened; it keeps your copy in step.',
      scope: 'webhooks:read',
      query: eventFeedQuery,
      answers: {
        200: { description: 'The next events; empty if there are no more.', schema: eventPage },
      },
    },
  },
  (feed: EventFeed<Event>) => ({
    list: async ({ tenant, query }) => {
      const { after = null, limit, type: patterns } = query;
      const read = await feed.read(tenant, {
        after,
        limit,
        ...(patterns === undefined ? {} : { wanted: ({ type }) => wantsType(patterns, type) }),
      });
      if (read.kind === 'bad_cursor') throw invalidCursor();
      const isWhole = patterns === undefined;
      const data = read.entries.map((event) =>
        eventBody(event, event.id, isWhole ? previousSequence(event) : null),
      );
      return { status: 200, body: { data, next_cursor: read.next, has_more: read.hasMore } };
    },
  }),
);

/**
 * The full feed has no gaps, so the previous event has the previous number. In a filtered feed the
 * previous number is unknown; the cursor alone ensures that the reader missed none.
 */
function previousSequence({ sequence }: { readonly sequence: number }): number | null {
  return sequence > 1 ? sequence - 1 : null;
}

function invalidCursor() {
  return invalidMember('?after', 'webhooks.invalidEventCursor', 'webhooks.reuseOrOmitCursor');
}
