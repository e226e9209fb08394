import type { IncomingMessage } from 'node:http';
import { Problem } from '../../../kernel/errors.ts';
import { constantTimeEquals } from '../../../kernel/wire/hmac.ts';
import { Registry } from '../../../platform/observability/metrics.ts';
import type { Route } from '../../kit/route.ts';
import { createIsDirect, type Front } from '../ops/loopback.ts';
import { metricsOperation } from './operations.ts';

/**
 * Metrics in Prometheus' text format, for loopback or with the token: they reveal how much business
 * a merchant does. A trusted proxy on loopback does not close them to a program beside it: the
 * proxy is trusted to name the original client.
 */
export function metricsRoutes(
  figures: () => Promise<string>,
  token: string | null,
  front: Front,
): readonly Route[] {
  const isDirect = createIsDirect(front);
  return [
    {
      method: 'GET',
      path: metricsOperation.path,
      hot: false,
      async handler(request, response) {
        if (!isDirect(request) && !hasToken(request, token)) {
          throw new Problem('unauthenticated', 'requests.metricsNotPublic');
        }
        const body = await figures();
        response.setHeader('cache-control', 'no-store');
        response.setHeader('content-type', Registry.PROMETHEUS_CONTENT_TYPE);
        response.setHeader('content-length', Buffer.byteLength(body));
        response.writeHead(200).end(body);
      },
    },
  ];
}

function hasToken({ headers }: IncomingMessage, token: string | null): boolean {
  const offered = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  return token !== null && offered !== undefined && constantTimeEquals(offered, token);
}
