import { expect, it } from 'vitest';
import { withSandboxShops } from './sandbox-egress.ts';

const named = (name: string) => ({
  send: async () => ({ kind: 'failed' as const, reason: 'network' as const, detail: name }),
  checkUrl: async () => ({ reason: 'host' as const, detail: 'shops.notShopUrl' as const }),
});
const guard = withSandboxShops(named('guard'), named('loopback'), () => [
  'http://127.0.0.1:9/woocommerce',
]);
const via = async (url: string) => {
  const outcome = await guard.send({ method: 'GET', url, body: null });
  return outcome.kind === 'failed' ? outcome.detail : null;
};

it('lets what is for a sandbox shop pass, and nothing else of this machine', async () => {
  for (const path of ['', '/', '/wp-json/wc/v3/orders?page=2']) {
    expect(await via(`http://127.0.0.1:9/woocommerce${path}`)).toBe('loopback');
  }
  for (const url of [
    'http://127.0.0.1:9/_control',
    'http://127.0.0.1:9/woocommerce/../_control',
    'http://127.0.0.1:9/woocommerce/%2e%2e/_control',
    'http://127.0.0.1:9/woocommercial/orders',
    'http://127.0.0.1:90/woocommerce',
    'http://127.0.0.1:9@shop.example/woocommerce/',
    'http://127.0.0.1/woocommerce/',
    'https://127.0.0.1:9/woocommerce/',
    'no url',
  ]) {
    expect([url, await via(url)]).toEqual([url, 'guard']);
  }
});
