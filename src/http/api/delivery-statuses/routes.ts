import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { Problem } from '../../../kernel/errors.ts';
import type { Clock } from '../../../platform/clock.ts';
import { readBody } from '../../../platform/net/read-body.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type {
  DeliveryStatus,
  Notifications,
  OpenedChannels,
} from '../../../reactions/notifications/index.ts';
import { operation } from '../../kit/operation.ts';
import type { RequestContext, Route } from '../../kit/route.ts';

interface DeliveryStatusParts {
  readonly channels: Pick<OpenedChannels, 'forDeliveryStatuses'>;
  readonly notifications: Pick<Notifications, 'recordDeliveryStatuses'>;
  readonly publicUrl: () => string;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * The maximum size of a call; the largest known batches of delivery statuses have three quarters of
 * it.
 */
const BODY_BYTES_MAX = 1024 * 1024;
const RETRY_AFTER_S = 30;

/**
 * Receives providers' delivery statuses: verified over the raw bytes, then applied to the messages
 * of the same channel's owner. A 2xx is sent only after they are stored.
 */
export function deliveryStatusRoutes(parts: DeliveryStatusParts): readonly Route[] {
  return ['/webhooks/providers/:provider', '/webhooks/providers/:provider/:channel'].map(
    (path) => ({
      method: 'POST',
      path,
      hot: false,
      handler: (request, response, context) => receive(parts, request, response, context),
    }),
  );
}

async function receive(
  parts: DeliveryStatusParts,
  request: IncomingMessage,
  response: ServerResponse,
  { params, log }: RequestContext,
): Promise<void> {
  const provider = params['provider'] ?? '';
  const found = await orOverloaded(log, () =>
    parts.channels.forDeliveryStatuses(provider, params['channel'] ?? null),
  );
  const readers = found?.channels.flatMap(({ deliveryStatuses }) => deliveryStatuses ?? []) ?? [];
  if (found === null || readers.length === 0) {
    throw new Problem('not_found', 'notifications.providerNotInUse');
  }
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new Problem('unsupported_media_type', 'requests.contentEncodingNotAllowed');
  }
  const body = await readBody(request, BODY_BYTES_MAX);
  if (body.kind === 'aborted') return void response.destroy();
  if (body.kind === 'too_large') {
    throw new Problem('too_large', {
      'notifications.deliveryStatusesTooLarge': { bodyBytesMax: BODY_BYTES_MAX },
    });
  }
  const call = {
    method: 'POST',
    // The URL as the provider knows it, because its signature may cover it.
    url: `${parts.publicUrl()}${request.url ?? ''}`,
    headers: plainHeaders(request),
    body: body.bytes,
    nowMs: parts.clock.nowMs(),
  };
  let refusal: Problem | null = null;
  for (const reader of readers) {
    const verdict = await reader.read(call);
    if (verdict.outcome === 'delivery_statuses') {
      await store(parts, provider, found.tenant, verdict.deliveryStatuses, log);
      response.writeHead(204).end();
      return;
    }
    log.warn(
      { provider, outcome: verdict.outcome, reason: verdict.reason },
      'delivery statuses were refused',
    );
    refusal ??=
      verdict.outcome === 'forged'
        ? new Problem('signature_refused', {
            'notifications.deliveryStatusesNotAuthentic': { reason: verdict.reason },
          })
        : new Problem('bad_request', {
            'notifications.deliveryStatusesUnreadable': { reason: verdict.reason },
          });
  }
  throw refusal ?? new Problem('not_found', 'notifications.providerNotInUse');
}

async function store(
  { notifications }: DeliveryStatusParts,
  provider: string,
  tenant: Parameters<Notifications['recordDeliveryStatuses']>[1],
  deliveryStatuses: readonly DeliveryStatus[],
  log: Logger,
): Promise<void> {
  if (deliveryStatuses.length === 0) return;
  await orOverloaded(log, () =>
    notifications.recordDeliveryStatuses(provider, tenant, deliveryStatuses),
  );
}

/** Returns the result of `work`. A failure becomes a 503, so that the provider retries. */
async function orOverloaded<T>(log: Logger, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    log.warn(
      { err: error },
      'delivery statuses of a provider could not be stored and were refused with 503',
    );
    throw new Problem('overloaded', 'notifications.deliveryStatusesNotStored', {
      retryAfterS: RETRY_AFTER_S,
    });
  }
}

function plainHeaders({ headers }: IncomingMessage): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}

const DELIVERY_STATUS = z.unknown().describe("The provider's payload, at most 1 MiB.");

const DELIVERY_STATUSES = {
  method: 'POST',
  tag: 'Notifications',
  description:
    "For providers' delivery callbacks. Each provider signs in its own way; unauthentic requests are refused. An undeliverable message is ended, and an address that bounced gets no more messages.",
  body: DELIVERY_STATUS,
  raw: true,
  answers: { 204: { description: 'Received.' } },
  errors: ['bad_request', 'signature_refused', 'not_found', 'too_large', 'unsupported_media_type'],
} as const;

export const providerStatusOperations = [
  operation({
    ...DELIVERY_STATUSES,
    id: 'receiveProviderStatuses',
    path: '/webhooks/providers/:provider',
    summary: "Receive delivery statuses for the installation's channels",
    params: { provider: "The provider's id." },
  }),
  operation({
    ...DELIVERY_STATUSES,
    id: 'receiveChannelStatuses',
    path: '/webhooks/providers/:provider/:channel',
    summary: "Receive delivery statuses for one merchant's channel",
    params: { provider: "The provider's id.", channel: "The channel's id." },
  }),
];
