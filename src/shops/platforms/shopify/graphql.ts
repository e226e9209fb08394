import type { CallableShop } from '../../contract.ts';
import { jsonIn, readAs } from '../../json-answer.ts';
import { ShopFailure, unreadableAnswer } from '../../shop-failure.ts';
import { type GraphqlAnswer, graphqlAnswer, mutationResult } from './schema.ts';

/** Supported for a year; an ended version falls forward. */
const API_VERSION = '2026-10';
/** If the answer does not say how fast points come back. */
const THROTTLED_MS = 10_000;

type Variables = Readonly<Record<string, unknown>>;

/**
 * Sends a query and returns its data. Fields that the app may not read are null in it, beside an
 * error; without any other data, the error is thrown as `ShopFailure`.
 */
export async function query(
  shop: CallableShop,
  text: string,
  variables: Variables = {},
): Promise<Readonly<Record<string, unknown>>> {
  const sent = await shop.send({
    method: 'POST',
    url: `${shop.url}/admin/api/${API_VERSION}/graphql.json`,
    headers: { 'x-shopify-access-token': shop.credentials['access_token'] ?? '' },
    body: { query: text, variables },
  });
  const answer = readAs(graphqlAnswer, jsonIn(sent));
  const { data, errors } = answer;
  const hasData = data != null && Object.values(data).some((value) => value !== null);
  if (errors.length > 0 && !hasData) throw failureIn(answer);
  if (data == null) throw unreadableAnswer();
  return data;
}

/** Sends a mutation. Rejects with `ShopFailure` if the shop does not do it. */
export async function mutate(
  shop: CallableShop,
  text: string,
  variables: Variables,
): Promise<void> {
  const [result] = Object.values(await query(shop, text, variables));
  const [error] = readAs(mutationResult, result).userErrors;
  if (error !== undefined) throw refusal(error?.message);
}

function refusal(reason = 'no reason'): ShopFailure {
  return new ShopFailure('refused', { 'shops.shopRefused': { reason } });
}

function failureIn({ errors, extensions }: GraphqlAnswer): ShopFailure {
  const codes = errors.map((error) => error?.extensions?.code);
  const reason = errors.find((error) => error?.message !== undefined)?.message;
  if (codes.includes('THROTTLED')) {
    // The HTTP status is 200, but the meaning is that of 429.
    const status = 429;
    const pauseMs = restoredAfterMs(extensions);
    return new ShopFailure('limited', { 'webhooks.attemptAnswered': { status } }, { pauseMs });
  }
  const { reason: text } = refusal(reason);
  if (codes.includes('ACCESS_DENIED')) return new ShopFailure('credentials', text);
  if (codes.includes('INTERNAL_SERVER_ERROR')) return new ShopFailure('unavailable', text);
  return refusal(reason);
}

/** Returns after how long the shop has the points for the same query again. */
function restoredAfterMs(extensions: GraphqlAnswer['extensions']): number {
  const { requestedQueryCost: cost, throttleStatus } = extensions?.cost ?? {};
  const { currentlyAvailable: left = 0, restoreRate: perS } = throttleStatus ?? {};
  if (cost === undefined || !perS) return THROTTLED_MS;
  return Math.max(1_000, Math.ceil((cost - left) / perS) * 1_000);
}
