import type { WebhookDoor } from '../../../webhooks/index.ts';
import { networkOf } from '../../kit/network-rate-limit.ts';
import type { Route } from '../../kit/route.ts';

/** The door for carriers' pushes: the deployment-wide path, and one for each account. */
export function webhookRoutes(door: WebhookDoor): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/webhooks/carrier/:carrier',
      hot: true,
      handler: (request, response, { params, clientIp }) =>
        door(request, response, {
          carrier: params['carrier'] ?? '',
          network: networkOf(clientIp),
        }),
    },
    {
      method: 'POST',
      path: '/webhooks/carrier/:carrier/:account',
      hot: true,
      handler: (request, response, { params, clientIp }) =>
        door(request, response, {
          carrier: params['carrier'] ?? '',
          network: networkOf(clientIp),
          account: params['account'] ?? '',
        }),
    },
  ];
}
