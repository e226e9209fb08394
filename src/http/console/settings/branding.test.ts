import { afterAll, beforeAll, expect, it } from 'vitest';
import { bootstrap } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { aJpeg } from '../../../platform/images/test-images.ts';
import { callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { csrfOf } from '../hub/test-console.ts';
import { openTestDesk, type TestDesk } from '../kit/test-desk.ts';

let hub: TestHub;
let desk: TestDesk;
let key: string;

beforeAll(async () => {
  hub = await createTestHub();
  key = 'wb_test_bootstrap_not_a_secret';
  await bootstrap({ db: hub.db, clock: hub.clock, randomBytes: systemRandom }, key);
  desk = await openTestDesk(hub, hub.members);
});
afterAll(() => hub.close());

async function upload(
  file: Uint8Array<ArrayBuffer>,
  fields: Readonly<Record<string, string>> = {},
  as = desk.owner,
) {
  const { text } = await desk.visit('/console/look', as);
  const form = new FormData();
  form.set('csrf', csrfOf(text));
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new Blob([file]), 'logo.svg');
  return fetch(`${hub.url}/console/look`, {
    method: 'POST',
    body: form,
    headers: { cookie: as },
    redirect: 'manual',
  });
}

it('an uploaded logo is encoded again, served to everybody, and used by the branding', async () => {
  const api = callerOf(hub, key);
  const fields = { name: 'Nordlicht', color: '#0b6e4f', logo_url: 'https://shop.example/old.png' };
  const answer = await upload(new Uint8Array(await aJpeg(400, 300)), fields);
  expect([answer.status, answer.headers.get('location')]).toEqual([
    303,
    '/console/look?done=saved',
  ]);
  const { body } = await api('GET', '/v1/branding');
  expect(body).toMatchObject({ name: 'Nordlicht', color: '#0b6e4f' });
  const path = String(body['logo_url']);
  expect(path).toMatch(/^\/logos\/[0-9a-f]{64}\.png$/);
  // What was read can be written again.
  const { updated_at: _, ...members } = body;
  expect((await api('PUT', '/v1/branding', members)).status).toBe(200);

  const logo = await fetch(hub.url + path);
  expect(logo.status).toBe(200);
  expect(Object.fromEntries(logo.headers)).toMatchObject({
    'content-type': 'image/png',
    'cache-control': 'public, max-age=31536000, immutable',
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
  });
  expect(Buffer.from(await logo.arrayBuffer()).toString('latin1', 1, 4)).toBe('PNG');
  const { text } = await desk.visit('/console/look', desk.owner);
  expect(text).toContain(`src="${path}"`);
  expect((await desk.visit('/console/look/preview', desk.owner)).text).toContain(`src="${path}"`);
});

it('a file that is no picture is refused with its reason, and changes nothing', async () => {
  const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>');
  const before = await callerOf(hub, key)('GET', '/v1/branding');
  const answer = await upload(svg);
  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain('The file is no JPEG, PNG or WebP picture');
  expect((await callerOf(hub, key)('GET', '/v1/branding')).body).toEqual(before.body);
});

it('a logo is kept while another field of its form is corrected', async () => {
  const answer = await upload(new Uint8Array(await aJpeg(400, 300)), { color: 'green' });
  expect(answer.status).toBe(422);
  expect(await answer.text()).toMatch(/name="logo_url"[^>]*value="\/logos\/[0-9a-f]{64}\.png"/);
});

it('only members who manage settings upload one', async () => {
  const support = await desk.member('support@shop.example', 'support');
  const form = new FormData();
  form.set('file', new Blob(['x']));
  const headers = { cookie: support };
  const to = `${hub.url}/console/look`;
  expect((await fetch(to, { method: 'POST', body: form, headers })).status).toBe(403);
});

it('no other stored file is served as a logo', async () => {
  const stored = await hub.blobs.put(new TextEncoder().encode('sealed'));
  for (const name of [`${stored}.png`, `${'0'.repeat(64)}.png`, 'x.png', '..%2f..%2fx']) {
    expect((await fetch(`${hub.url}/logos/${name}`)).status).toBe(404);
  }
});

it('shows how readable the stored colour is', async () => {
  const store = (color: string) => callerOf(hub, key)('PUT', '/v1/branding', { color });
  await store('#ffd400');
  const shown = async () => (await desk.visit('/console/look', desk.owner)).text;
  expect(await shown()).toContain('>Contrast 1.4 : 1 on white; text needs 4.5 : 1.');
  await store('#0b6e4f');
  expect(await shown()).toContain('on white: readable as text.</output>');
});
