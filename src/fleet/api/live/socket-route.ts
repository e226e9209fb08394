import type { IncomingMessage } from 'node:http';
import type { RequestContext } from '../../../http/kit/route.ts';
import type { SocketRoute } from '../../../http/kit/socket-route.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { LiveTicket } from '../../../merchants/index.ts';
import type { Live } from './live.ts';
import { SocketClient } from './socket-client.ts';
import { resolveTopics } from './topics.ts';

/** Two hundred topics of the longest kind fit. */
const BYTES_MAX = 65_536;

/** `WS /live`: with a merchant's key, or from a browser with a ticket. */
export function liveSocketRoute(live: Live): SocketRoute {
  return {
    path: '/live',
    bytesMax: BYTES_MAX,
    async admit(request, context) {
      const { tenant, keyId, topics } = await enter(live, request, context);
      const leave = live.places.take(tenant.merchantId);
      return {
        refused: leave,
        open(socket, wire) {
          let forget = (): void => {};
          const client = new SocketClient(socket, {
            wire,
            resolve: (names) => resolveTopics(live.resolving, tenant, names, topics),
            join: (watcher) => live.hub.join(tenant, watcher),
            clock: live.clock,
            onClose() {
              forget();
              leave();
            },
            onFailure: (err) => context.log.warn({ err }, 'live topics could not be looked up'),
          });
          forget = live.connections.add({
            keyId,
            ping: () => client.ping(),
            endRevoked: () => client.endRevoked(),
            end: () => client.end(),
          });
        },
      };
    },
  };
}

async function enter(
  live: Live,
  request: IncomingMessage,
  context: RequestContext,
): Promise<Omit<LiveTicket, 'origin'>> {
  const { origin } = request.headers;
  const text = context.query.get('ticket');
  if (text !== null) {
    const waitS = live.strangers.take(context.clientIp);
    if (waitS > 0) {
      const detail = 'positions.tooManyTickets';
      throw new Problem('rate_limited', detail, { retryAfterS: waitS });
    }
    const ticket = await live.tickets.take(text);
    if (ticket === null) {
      throw new Problem('unauthenticated', 'positions.ticketUnknownOrExpired', {
        fix: 'positions.requestNewTicket',
      });
    }
    assertOrigin(origin, ticket.origin);
    return ticket;
  }
  const key = await live.gate.admit(request, context.clientIp);
  assertOrigin(origin, live.ownOrigin());
  return { tenant: { merchantId: key.merchantId, mode: key.mode }, keyId: key.id, topics: null };
}

/** Programs send no Origin; a browser sends its page's origin, which the page cannot change. */
function assertOrigin(sent: string | undefined, wanted: string): void {
  if (sent === undefined || sent === wanted) return;
  throw new Problem('forbidden', 'positions.originNotAllowed', {
    fix: 'positions.setTicketOrigin',
  });
}
