import { expect, it } from 'vitest';
import { buildAdapter, describeModule } from './describe.ts';

it('includes keyId, without which signatures with public keys cannot be verified', () => {
  const webhook = { keys: 'public', keyId: () => 'first', verify: () => ({ ok: false }) };
  const description = describeModule({ adapter: { manifest: { name: 'acme' }, webhook } });
  expect(description.functions).toEqual(['webhook.keyId', 'webhook.verify']);
  expect(buildAdapter(description, (name) => () => name)).toMatchObject({
    webhook: { keys: 'public', keyId: expect.any(Function) },
  });
});
