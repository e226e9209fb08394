import { type ErrorText, Problem } from '../../kernel/errors.ts';
import type { Refusal } from '../../platform/net/egress.ts';

/** What is wrong with the address of a shop, and what to do about it. */
export function refusedAddress(url: string, refusal: Refusal): Problem {
  const { hostname: host } = new URL(url);
  const [reason, fix] = adviceOn(refusal, host);
  return new Problem(
    'invalid',
    { 'values.atPointer': { pointer: '/url', reason: { text: reason } } },
    { errors: [{ pointer: '/url', reason, fix }] },
  );
}

function adviceOn(
  { reason, detail }: Refusal,
  host: string,
): readonly [reason: ErrorText, fix: ErrorText] {
  switch (reason) {
    case 'plain_http':
      return ['shops.plainHttp', { 'shops.useHttpsOrAllow': { host } }];
    case 'address':
      return [{ 'shops.privateAddress': { host } }, { 'shops.allowAddress': { host } }];
    default:
      return ['shops.notShopUrl', detail];
  }
}
