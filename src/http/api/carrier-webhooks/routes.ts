import type { CarrierEndpoint } from '../../../webhooks/index.ts';
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
