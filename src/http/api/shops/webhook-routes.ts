import { z } from 'zod';
import { Problem } from '../../../kernel/errors.ts';
import { readBody } from '../../../platform/net/read-body.ts';
import type { Shop, Shops } from '../../../shops/index.ts';
import { type CarrierEndpoint, singleHeaders } from '../../../webhooks/index.ts';
import { operation } from '../../kit/operation.ts';
import { networkOf } from '../../kit/rate-limit.ts';
import type { Route } from '../../kit/route.ts';

/** What receives shops' webhooks. */
export interface ShopReception {
  readonly shops: Pick<Shops, 'open' | 'authorize'>;
  readonly endpoint: CarrierEndpoint;
}

/** Some hundred bytes with keys. */
const AUTHORIZATION_BYTES_MAX = 16_384;

/** The endpoint for shops' webhooks, and where a shop answers after a permission. */
export function shopWebhookRoutes({ shops, endpoint }: ShopReception): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/webhooks/shop/:shop',
      hot: false,
      async handler(request, response, { params, clientIp }) {
        const id = params['shop'] ?? '';
        const opened = await shops.open(id);
        if (opened === null) throw new Problem('not_found', 'requests.noSuchAccount');
        const { shop, platform } = opened;
        const headers = singleHeaders(request);
        if (platform.webhook?.isFrom?.(headers, shop.url) === false) throw refused();
        if (platform.webhook?.isPing?.(headers) === true) {
          response.writeHead(200, { 'content-length': 0 }).end();
          request.resume();
          return;
        }
        const network = networkOf(clientIp);
        await endpoint(request, response, { carrier: platform.id, account: id, network });
      },
    },
    {
      method: 'POST',
      path: '/webhooks/shop/:shop/authorization',
      hot: false,
      async handler(request, response, { params }) {
        const body = await readBody(request, AUTHORIZATION_BYTES_MAX);
        if (body.kind === 'aborted') return void response.destroy();
        const answer = body.kind === 'too_large' ? '' : body.bytes.toString('utf8');
        await authorize(shops, params['shop'] ?? '', answer);
        response.writeHead(200, { 'content-length': 0 }).end();
      },
    },
    {
      method: 'GET',
      path: '/webhooks/shop/:shop/authorization',
      hot: false,
      async handler(request, response, { params, query }) {
        // A HEAD request must not use the answer up.
        const shop =
          request.method === 'HEAD'
            ? null
            : await authorize(shops, params['shop'] ?? '', query.toString());
        const location = shop === null ? '/console/shops' : `/console/shops/${shop.id}`;
        response.writeHead(303, { location, 'content-length': 0 }).end();
      },
    },
  ];
}

async function authorize(
  shops: ShopReception['shops'],
  platform: string,
  answer: string,
): Promise<Shop> {
  const shop = await shops.authorize(platform, answer);
  if (shop === null) throw refused();
  return shop;
}

function refused(): Problem {
  return new Problem('signature_refused', 'requests.signatureMismatch');
}

const PLATFORM = { shop: 'The platform.' };
const SHARED = {
  method: 'POST',
  tag: 'Shops',
  raw: true,
  params: { shop: "The shop's id." },
  answers: { 200: { description: 'Accepted.' } },
  errors: [
    'bad_request',
    'signature_refused',
    'not_found',
    'too_slow',
    'too_large',
    'unsupported_media_type',
  ],
} as const;

export const shopWebhookOperations = [
  operation({
    ...SHARED,
    id: 'receiveShopWebhook',
    path: '/webhooks/shop/:shop',
    summary: "Receive a shop's webhook",
    description: 'Answered only after the bytes are on disk.',
    body: z.unknown().describe("The shop's payload, at most 1 MiB."),
  }),
  operation({
    ...SHARED,
    id: 'receiveShopAuthorization',
    path: '/webhooks/shop/:shop/authorization',
    params: PLATFORM,
    summary: 'Receive credentials after a permission',
    description: 'Only the answer to a permission that is waited for is accepted, once.',
    body: z.unknown().describe("The shop's answer with the one-time secret."),
  }),
  operation({
    id: 'returnFromShop',
    method: 'GET',
    tag: 'Shops',
    path: '/webhooks/shop/:shop/authorization',
    params: PLATFORM,
    summary: 'Return from the page on which a person allowed a connection',
    answers: { 303: { description: 'Connected; to the console.' } },
    errors: ['signature_refused'],
  }),
];
