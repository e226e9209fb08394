import type { Event } from '../../../events/event.ts';
import type { EventFeed } from '../../../platform/event-log/event-feed.ts';
import { eventBody, wantsType } from '../../../reactions/merchant-webhooks/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember } from '../../kit/validation.ts';
import { listEventsOperation } from './operations.ts';

/** The merchant's events by pull: for those who want no port open, and to check what webhooks brought. */
export function eventRoutes(api: MerchantApi, feed: EventFeed<Event>): readonly Route[] {
  return [
    merchantRoute(api, listEventsOperation, async ({ tenant, query }) => {
      const { after = null, limit, type: patterns } = query;
      const read = await feed.read(tenant, {
        after,
        limit,
        ...(patterns === undefined ? {} : { wanted: ({ type }) => wantsType(patterns, type) }),
      });
      if (read.kind === 'bad_cursor') throw notOurs();
      const isWhole = patterns === undefined;
      const data = read.entries.map((event) =>
        eventBody(event, event.id, isWhole ? previousOf(event) : null),
      );
      return { status: 200, body: { data, next_cursor: read.next, has_more: read.hasMore } };
    }),
  ];
}

/**
 * The whole feed leaves nothing out, so the event before is the one with the number before. Of a
 * part nobody knows which one the reader had last: the cursor alone tells him that he missed none.
 */
function previousOf({ sequence }: { readonly sequence: number }): number | null {
  return sequence > 1 ? sequence - 1 : null;
}

function notOurs() {
  return invalidMember(
    '?after',
    "It is no cursor of this key's events: cut short, of another key's mode, or older than the last change of the master key.",
    'Send next_cursor as it came; or leave it out to begin with the oldest event that is kept, and skip what you know by id.',
  );
}
