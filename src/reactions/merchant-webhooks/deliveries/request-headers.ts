import { createHmac } from 'node:crypto';
import type { CustomHeader } from '../endpoints/endpoint.ts';
import { signedHeaders } from './body.ts';
import type { WebhookFormat } from './format.ts';

/** What a request's headers are made of. */
interface SignedRequest {
  readonly id: string;
  readonly body: Uint8Array;
  /** Newest first; none: the endpoint has no secret. */
  readonly secrets: readonly string[];
  readonly nowMs: number;
}

/** The version of AfterShip's API whose webhooks these are. */
const AFTERSHIP_VERSION = '2026-07';

/**
 * The headers of each format, over exactly the bytes that are sent. Formats of other services have
 * room for one signature, so that the newest secret signs alone.
 */
const HEADERS: Readonly<Record<WebhookFormat, (request: SignedRequest) => Headers>> = {
  waybill: ({ id, body, secrets, nowMs }) => signedHeaders(id, body, secrets, nowMs),
  // @easypost/api 8.9.0, utils/util.js, read 2026-11-24.
  easypost: ({ body, secrets: [secret] }) => {
    if (secret === undefined) return {};
    const mac = createHmac('sha256', secret.normalize('NFKD')).update(body).digest('hex');
    return { 'x-hmac-signature': `hmac-sha256-hex=${mac}` };
  },
  // aftership.com/docs/tracking/2026-07/webhook/webhook-signature, read 2026-11-24.
  aftership: ({ body, secrets: [secret] }) => ({
    'as-webhook-version': AFTERSHIP_VERSION,
    ...(secret === undefined
      ? {}
      : { 'aftership-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64') }),
  }),
};

type Headers = Record<string, string>;

/** The headers of a request: the merchant's own, the format's, and the media type. */
export function requestHeaders(
  format: WebhookFormat,
  request: SignedRequest,
  custom: readonly CustomHeader[],
): Headers {
  return {
    ...Object.fromEntries(custom.map(({ name, value }) => [name.toLowerCase(), value])),
    ...HEADERS[format](request),
    'content-type': 'application/json',
  };
}
