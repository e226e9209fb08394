import { z } from 'zod';
import type { CarrierEndpoint } from '../../../webhooks/index.ts';
import { operation } from '../../kit/operation.ts';
import { networkOf } from '../../kit/rate-limit.ts';
import type { Route } from '../../kit/route.ts';

/** The endpoint for carriers' pushes: the deployment-wide path, and one for each account. */
export function webhookRoutes(endpoint: CarrierEndpoint): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/webhooks/carrier/:carrier',
      hot: true,
      handler: (request, response, { params, clientIp }) =>
        endpoint(request, response, {
          carrier: params['carrier'] ?? '',
          network: networkOf(clientIp),
        }),
    },
    {
      method: 'POST',
      path: '/webhooks/carrier/:carrier/:account',
      hot: true,
      handler: (request, response, { params, clientIp }) =>
        endpoint(request, response, {
          carrier: params['carrier'] ?? '',
          network: networkOf(clientIp),
          account: params['account'] ?? '',
        }),
    },
  ];
}

const PUSH = z.unknown().describe("The carrier's payload, at most 1 MiB.");
const DESCRIPTION =
  'Answered only after the bytes are on disk. An authentic payload that cannot be parsed is accepted too, and can be replayed. Without a configured secret every request is refused. Requests that headers alone rule out are refused before the body is read.';

const SHARED = {
  method: 'POST',
  tag: 'Carrier webhooks',
  description: DESCRIPTION,
  body: PUSH,
  raw: true,
  hot: true,
  answers: {
    200: {
      description: 'The acknowledgement that the carrier expects.',
      mediaType: 'text/plain',
      otherTypes: ['application/json'],
    },
  },
  errors: [
    'bad_request',
    'signature_refused',
    'not_found',
    'too_slow',
    'too_large',
    'unsupported_media_type',
  ],
} as const;

export const carrierWebhookOperations = [
  operation({
    ...SHARED,
    id: 'receiveCarrierWebhook',
    path: '/webhooks/carrier/:carrier',
    summary: "Receive a carrier's webhook",
    params: { carrier: "The carrier's id." },
  }),
  operation({
    ...SHARED,
    id: 'receiveCarrierAccountWebhook',
    path: '/webhooks/carrier/:carrier/:account',
    summary: "Receive a carrier's webhook for one account",
    params: { carrier: "The carrier's id.", account: "The account's id." },
  }),
];
