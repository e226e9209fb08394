import { z } from 'zod';
import { Problem } from '../../../kernel/errors.ts';
import { readBody } from '../../../platform/net/read-body.ts';
import type { Shops } from '../../../shops/index.ts';
import { type CarrierEndpoint, singleHeaders } from '../../../webhooks/index.ts';
import { asksForHtml } from '../../kit/negotiation.ts';
import { operation } from '../../kit/operation.ts';
import { networkOf } from '../../kit/rate-limit.ts';
import type { Route } from '../../kit/route.ts';
import { refusedReturnPage } from './refused-page.tsx';

/** What receives shops' webhooks. */
export interface ShopReception {
  readonly shops: Pick<Shops, 'open' | 'authorize'>;
  readonly endpoint: CarrierEndpoint;
}

/** Some hundred bytes with keys. */
const AUTHORIZATION_BYTES_MAX = 16_384;

/** The endpoint for shops' webhooks, and where a shop answers after a permission. */
export function shopWebhookRoutes({ shops, endpoint }: ShopReception): readonly Route[] {
  const sendRefusal = refusedReturnPage();
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
        const shop = await shops.authorize(params['shop'] ?? '', answer);
        if (shop === null) throw refused();
        response.writeHead(200, { 'content-length': 0 }).end();
      },
    },
    {
      method: 'GET',
      path: '/webhooks/shop/:shop/authorization',
      hot: false,
      async handler(request, response, { params, query, versioned }) {
        const leadTo = (location: string) =>
          void response.writeHead(303, { location, 'content-length': 0 }).end();
        // A HEAD request must not use the answer up.
        if (request.method === 'HEAD') return leadTo('/console/shops');
        const shop = await shops.authorize(params['shop'] ?? '', query.toString());
        if (shop !== null) return leadTo(`/console/shops/${shop.id}`);
        response.setHeader('vary', 'Accept, Accept-Language');
        if (versioned || !asksForHtml(request.headers.accept)) throw refused();
        // RFC 6749 §4.1.2.1: so a shop's page says that a person did not allow it.
        sendRefusal(response, query.has('error') ? 'denied' : 'unexpected');
      },
    },
  ];
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
    pages: true,
    answers: { 303: { description: 'Connected; to the console.' } },
    errors: ['signature_refused'],
  }),
];
