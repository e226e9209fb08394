import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';

let hub: TestHub;
let test: Caller;
let live: Caller;

beforeAll(async () => {
  hub = await createTestHub();
  test = callerOf(hub, (await hub.newKey({ mode: 'test' })).text);
  live = callerOf(hub, (await hub.newKey({ mode: 'live' })).text);
});
afterAll(() => hub.close());

describe('/branding', () => {
  it('returns defaults until something is stored, and then that', async () => {
    const before = await test('GET', '/v1/branding');
    expect(before.body).toMatchObject({ name: null, default_language: 'en', updated_at: null });
    const stored = await test('PUT', '/branding', {
      name: 'Nordlicht',
      color: '#0B6E4F',
      logo_url: 'https://img.example.com/l.png',
      texts: { de: { footer: 'HRB 1' } },
    });
    expect(stored.status).toBe(200);
    expect(stored.body).toMatchObject({ name: 'Nordlicht', texts: { de: { intro: null } } });
    expect((await test('GET', '/branding')).body).toEqual(stored.body);
    expect((await live('GET', '/branding')).body['name']).toBeNull();
  });

  it.each([
    ['logo_url', 'http://img.example.com/l.png'],
    ['logo_url', 'javascript:alert(1)'],
    ['logo_url', 'https://a.b/"onerror=x'],
    ['logo_url', 'https://*'],
    ['logo_url', 'https://*/l.png'],
    ['logo_url', 'https://*.example.com/l.png'],
    ['logo_url', 'https://a.example,b.example/l.png'],
    ['logo_url', 'https://a.example;script-src%20*/l.png'],
    ['logo_url', "https://a.example'unsafe-inline'/l.png"],
    ['logo_url', 'https://a.example/l.png https://b.example/'],
    ['logo_url', 'https://a.example/l.png; script-src *'],
    ['logo_url', 'https://a..example/l.png'],
    ['logo_url', 'https://a.example./l.png'],
    ['website', 'https://*.example.com/'],
    ['support_url', 'https://a.example,b.example/'],
    ['website', 'https://user:word@a.b'],
    ['color', 'red'],
    ['color', '#fff;background:url(x)'],
    ['support_email', 'a@b'],
    ['support_email', 'a@b.c\r\nBcc: d@e.f'],
    ['name', 'A\nB'],
    ['name', ''],
    ['default_language', 'nl'],
    ['texts', { nl: {} }],
    ['texts', { de: { banner: 'x' } }],
    ['address', 'x'.repeat(301)],
  ])('rejects %s %j with where and how', async (member, value) => {
    const { status, body } = await test('PUT', '/branding', { [member]: value });
    expect(status).toBe(422);
    const [error] = body['errors'] as { pointer: string; fix: string }[];
    expect(error?.pointer.startsWith(`/${member}`)).toBe(true);
    expect(error?.fix).not.toBe('');
  });

  it('is overwritten only when unchanged since it was read, if the client asks for that', async () => {
    const { headers } = await test('GET', '/branding');
    const etag = headers.get('etag') ?? '';
    const write = (tag: string) => test('PUT', '/branding', { name: 'A' }, { 'if-match': tag });
    expect((await write(etag)).status).toBe(200);
    expect((await write(etag)).status).toBe(412);
    expect((await write('*')).status).toBe(200);
    expect((await write('7')).status).toBe(422);
  });

  it('needs a key with the scope', async () => {
    const reader = callerOf(hub, (await hub.newKey({ scopes: ['notifications:read'] })).text);
    expect((await reader('GET', '/branding')).status).toBe(200);
    expect((await reader('PUT', '/branding', {})).status).toBe(403);
    const other = callerOf(hub, (await hub.newKey({ scopes: ['shipments:read'] })).text);
    expect((await other('GET', '/branding')).status).toBe(403);
  });
});
