import { describe, expect, it } from 'vitest';
import type { Egress } from '../../../../platform/net/egress.ts';
import { messageOf } from '../test-bench.ts';
import { testDeps } from '../test-deps.ts';
import { plugin } from './plugin.ts';

const config = { signing_secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` };
const message = messageOf('webhook', 'https://shop.example/hook');

async function sent(trusted: boolean, changes: Partial<typeof message> = {}) {
  const requests: Parameters<Egress['post']>[0][] = [];
  const post: Pick<Egress, 'post' | 'checkUrl'> = {
    async post(request) {
      requests.push(request);
      return { kind: 'answer', status: 204, headers: {}, text: '', truncated: false };
    },
    checkUrl: async () => null,
  };
  await plugin
    .open(config, 'webhook', testDeps({ trusted, post }))
    .send({ ...message, ...changes });
  const [request] = requests;
  return { signature: request?.headers?.['webhook-signature'], requireTls: request?.requireTls };
}

describe('a message to a URL', () => {
  it('is signed for its merchant and mode alone by the installation, as it is by a merchant', async () => {
    const { merchantId } = message.tenant;
    const signatures = [
      await sent(true),
      await sent(true, { tenant: { merchantId, mode: 'test' } }),
      await sent(true, { tenant: { merchantId: merchantId.replace(/.$/, '0'), mode: 'live' } }),
      await sent(false),
    ].map(({ signature }) => signature);
    expect(new Set(signatures).size).toBe(4);
    expect((await sent(true)).signature).toBe(signatures[0]);
  });

  it('about a live parcel goes by TLS only', async () => {
    expect((await sent(true)).requireTls).toBe(true);
    const tenant = { ...message.tenant, mode: 'test' } as const;
    expect((await sent(false, { tenant })).requireTls).toBe(false);
  });
});
