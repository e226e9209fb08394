import type { IncomingMessage } from 'node:http';
import { Problem } from '../../kernel/errors.ts';
import { constantTimeEquals } from '../../kernel/hmac.ts';
import type { Registry } from '../../platform/metrics.ts';
import { metricsOperation } from '../operations/operators.ts';
import type { Route } from '../route.ts';
import { isLoopback } from './loopback.ts';

/**
 * Figures in Prometheus' text format, for loopback or for who has the token: they tell how much
 * business a merchant does.
 */
export function metricsRoutes(metrics: Registry, token: string | null): readonly Route[] {
  return [
    {
      method: 'GET',
      path: metricsOperation.path,
      hot: false,
      async handler(request, response) {
        if (!isLocal(request) && !hasToken(request, token)) {
          throw new Problem(
            'unauthenticated',
            'Figures are for loopback, or for the token of WAYBILL_METRICS_TOKEN.',
          );
        }
        const body = await metrics.metrics();
        response.setHeader('cache-control', 'no-store');
        response.setHeader('content-type', metrics.contentType);
        response.setHeader('content-length', Buffer.byteLength(body));
        response.writeHead(200).end(body);
      },
    },
  ];
}

/**
 * The peer itself, and nobody behind it: a proxy on this machine comes from loopback too, and
 * says for whom it asks.
 */
function isLocal({ socket, headers }: IncomingMessage): boolean {
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return false;
  return isLoopback(socket.remoteAddress ?? '');
}

function hasToken({ headers }: IncomingMessage, token: string | null): boolean {
  const offered = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  return token !== null && offered !== undefined && constantTimeEquals(offered, token);
}
