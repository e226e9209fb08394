import { z } from 'zod';
import { operation } from '../../kit/operation.ts';

const DELIVERY_STATUS = z.unknown().meta({ description: "The provider's payload, at most 1 MiB." });

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
