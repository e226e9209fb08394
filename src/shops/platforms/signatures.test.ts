import { expect, it } from 'vitest';
import { loadPlatforms } from '../load-platforms.ts';

const NOW_MS = Date.parse('2026-03-10T12:00:00Z');
const platforms = [...(await loadPlatforms()).values()].flatMap(({ id, webhook }) =>
  webhook?.sign === undefined ? [] : [{ id, webhook, sign: webhook.sign.bind(webhook) }],
);
const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(24, 8).toString('base64')}`;

it('of every platform that sends webhooks are checked here', () => {
  expect(platforms.map(({ id }) => id).sort()).toEqual([
    'bigcommerce',
    'generic',
    'shopify',
    'woocommerce',
  ]);
});

it.each(platforms)('of $id are refused with anything changed', ({ webhook, sign }) => {
  const { headers, body } = sign('{"id":1}', SECRET, NOW_MS);
  const rawBody = Buffer.from(body);
  const verdict = (changed: object, secrets = [SECRET]) =>
    webhook.verify({ headers, rawBody, ...changed }, secrets, NOW_MS);
  const genuine = verdict({});
  expect(genuine).toMatchObject({ ok: true });
  expect(verdict({}, [OTHER])).toMatchObject({ ok: false });
  expect(verdict({}, [])).toMatchObject({ ok: false });
  expect(verdict({}, [OTHER, SECRET])).toMatchObject({ ok: true });
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'content-type') continue;
    const flipped = `${value.slice(0, -3)}${value.at(-3) === 'A' ? 'B' : 'A'}${value.slice(-2)}`;
    expect(verdict({ headers: { ...headers, [name]: flipped } })).toMatchObject({ ok: false });
    expect(verdict({ headers: { ...headers, [name]: '' } })).toMatchObject({ ok: false });
  }
  // A platform whose header is the secret itself proves the sender, not the body.
  if (!genuine.ok || genuine.trust === 'secret') return;
  for (const [at, byte] of rawBody.entries()) {
    const tampered = Buffer.from(rawBody);
    tampered[at] = byte ^ 1;
    expect(verdict({ rawBody: tampered })).toEqual({ ok: false, reason: 'signature_mismatch' });
  }
});
