import type { Clock, RandomBytes } from '../../platform/clock.ts';
import type { Egress } from '../../platform/net/egress.ts';
import type { CallableShop, ShopPlatform, ShopRequest } from '../contract.ts';
import { failureOf, ShopFailure } from '../shop-failure.ts';
import type { OpenedShop, ShopSecrets } from './shop.ts';

export interface CallDeps {
  readonly egress: Pick<Egress, 'send'>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly publicUrl: () => string;
  /** What is called instead of a shop's origin, such as a sandbox; null: nothing. */
  readonly standIn?: (platform: string, url: string) => string | null;
}

/** A hundred orders with everything in them. */
const ANSWER_BYTES_MAX = 16 * 1_048_576;
const TIMEOUT_MS = 30_000;
const NONCE_BYTES = 16;

/** Returns a shop as its platform calls it: through the egress guard, to its own origin only. */
export function callableShop(
  deps: CallDeps,
  { shop, secrets, platform }: Omit<OpenedShop, 'shop'> & { readonly shop: CalledShop },
): CallableShop {
  const { egress, clock, randomBytes, publicUrl } = deps;
  const { origin } = new URL(shop.url);
  const [secret] = signingSecrets(platform, secrets);
  const isReachable =
    secret !== undefined && canReach(calledUrl(deps, platform, shop.url), publicUrl());
  return {
    url: shop.url,
    credentials: secrets.credentials,
    settings: shop.settings,
    webhook: isReachable ? { url: shopWebhookUrl(publicUrl(), shop.id), secret } : null,
    webhookSecret: secrets.webhookSecret,
    nowMs: () => clock.nowMs(),
    randomHex: () => Buffer.from(randomBytes(NONCE_BYTES)).toString('hex'),
    async send({ body, headers, ...request }: ShopRequest) {
      if (new URL(request.url).origin !== origin) {
        throw new ShopFailure('refused', 'shops.otherOrigin');
      }
      const outcome = await egress.send({
        ...request,
        url: calledUrl(deps, platform, request.url),
        headers: {
          accept: 'application/json',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        body: typeof body === 'object' ? JSON.stringify(body) : (body ?? null),
        requireTls: true,
        timeoutMs: TIMEOUT_MS,
        answerBytesMax: ANSWER_BYTES_MAX,
      });
      const failure = failureOf(outcome, clock.nowMs());
      if (failure !== null) throw failure;
      if (outcome.kind !== 'answer' || outcome.truncated) {
        throw new ShopFailure('unavailable', 'shops.answerTooLong');
      }
      return { headers: outcome.headers, text: outcome.text };
    },
  };
}

/** Returns what is really called for a shop's URL. */
export function calledUrl(
  { standIn }: Pick<CallDeps, 'standIn'>,
  { id }: ShopPlatform,
  url: string,
): string {
  const instead = standIn?.(id, url) ?? null;
  return instead === null ? url : `${instead}${url.slice(new URL(url).origin.length)}`;
}

/** The secrets with which a shop signs webhooks; empty: it cannot. */
export function signingSecrets(
  { webhook, signingCredential: name }: ShopPlatform,
  { credentials, webhookSecret }: ShopSecrets,
): readonly string[] {
  const secret = name === undefined ? webhookSecret : credentials[name];
  return webhook === undefined || secret === undefined ? [] : [secret];
}

type CalledShop = Pick<OpenedShop['shop'], 'id' | 'url' | 'settings'>;

/** Where a shop sends its webhooks. */
export function shopWebhookUrl(publicUrl: string, shopId: string): string {
  return `${publicUrl}/webhooks/shop/${shopId}`;
}

/** Addresses of machines and private networks, which only their neighbours reach. */
const PRIVATE = /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[)/;

/** Whether a shop can probably reach the hub: it has a public URL, or both are neighbours. */
export function canReach(shopUrl: string, publicUrl: string): boolean {
  const isPrivate = (url: string) => PRIVATE.test(new URL(url).hostname);
  return !isPrivate(publicUrl) || isPrivate(shopUrl);
}
