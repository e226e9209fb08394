import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestConsole } from '../../console/hub/test-console.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';

let hub: TestHub;
let call: Caller;

beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey({ merchant: 'one' })).text);
});
afterAll(() => hub.close());

const PATH = '/v1/notification-templates/delivered/en';

describe('/notification-templates', () => {
  it('lists every template in a language, by default the merchant’s', async () => {
    await call('PUT', '/branding', { default_language: 'de' });
    const { body } = await call('GET', '/notification-templates');
    const data = body['data'] as { template: string; language: string; subject: string }[];
    expect(data.length).toBeGreaterThan(15);
    expect(new Set(data.map(({ language }) => language))).toEqual(new Set(['de']));
    const other = await call('GET', '/notification-templates?language=fr');
    expect(JSON.stringify(other.body)).toContain('Votre colis');
    expect((await call('GET', '/notification-templates?language=nl')).status).toBe(422);
  });

  it('accepts a merchant’s own texts, member by member, and restores the shipped ones', async () => {
    expect((await call('DELETE', PATH)).status).toBe(404);
    const shipped = await call('GET', PATH);
    const stored = await call('PUT', PATH, { subject: 'It is here[, {recipient_name}]!' });
    expect(stored.body).toMatchObject({
      subject: 'It is here[, {recipient_name}]!',
      own: ['subject'],
      heading: shipped.body['heading'],
    });
    const etag = stored.headers.get('etag') ?? '';
    const again = await call('PUT', PATH, { push: 'x' }, { 'if-match': '"9"' });
    expect(again.status).toBe(412);
    const { tenant } = await hub.newKey({ merchant: 'one' });
    const own = await hub.newKey({ merchant: 'two' });
    expect((await callerOf(hub, own.text)('GET', PATH)).body['own']).toEqual([]);
    expect(tenant.mode).toBe('test');
    expect((await call('DELETE', PATH, undefined, { 'if-match': etag })).status).toBe(204);
    expect((await call('GET', PATH)).body).toEqual(shipped.body);
  });

  it.each([
    [{ subject: 'Hello {recipient_name}' }, '/subject', 'At character 7'],
    [{ subject: 'Hello {name}' }, '/subject', 'no variable'],
    [{ text: ['fine', 'x [y'] }, '/text/1', 'never closed'],
    [{ heading: '{track_url}' }, '/heading', 'no variable'],
    [{ sms: [] }, '/sms', ''],
    [{ sms: ['x'.repeat(481)] }, '/sms/0', ''],
    [{ subject: 'a\r\nBcc: x@y.z' }, '/subject', 'control character'],
    [{ subjekt: 'x' }, '/subjekt', 'Unknown member'],
    [{ html: '<b>' }, '/html', 'Unknown member'],
    [{}, '', 'no text of its own'],
  ])('rejects %j', async (body, pointer, reason) => {
    const { status, body: problem } = await call('PUT', PATH, body);
    expect(status).toBe(422);
    const [error] = problem['errors'] as { pointer: string; reason: string }[];
    expect(error?.pointer).toBe(pointer);
    expect(error?.reason).toContain(reason);
  });

  it('previews a message with unsaved texts', async () => {
    const { body, status } = await call('POST', `${PATH}/preview`, {
      words: { heading: '<b>Yes</b> {carrier_name}', sms: ['Да [{merchant_name}] {track_url}'] },
    });
    expect(status).toBe(200);
    const { email, sms, push, ticket, webhook } = body as Record<string, Record<string, string>>;
    expect(email?.['html']).toContain('&lt;b&gt;Yes&lt;/b&gt;');
    expect(email?.['html']).toContain('lang="en"');
    expect(sms).toMatchObject({ alphabet: 'unicode', text: expect.stringContaining('Да one') });
    expect(push?.['title']).toContain('<b>Yes</b>');
    expect(ticket?.['subject']).toContain('Zugestellt');
    expect(webhook).toMatchObject({ template: 'delivered', mode: 'test' });
    expect((await call('GET', PATH)).body['own']).toEqual([]);
    const two = await call('POST', `${PATH}/preview`, { kinds: ['push'] });
    expect(Object.keys(two.body)).toEqual(['push']);
  });

  it('of live mode apply to test parcels’ messages until test mode has its own', async () => {
    const live = callerOf(hub, (await hub.newKey({ merchant: 'one', mode: 'live' })).text);
    await live('PUT', PATH, { heading: 'As customers see it' });
    const titleOf = async (caller: Caller) => {
      const { body } = await caller('POST', `${PATH}/preview`, { kinds: ['push'] });
      return (body['push'] as { title: string }).title;
    };
    expect(await titleOf(call)).toBe('As customers see it');
    expect((await call('GET', PATH)).body['own']).toEqual([]);
    await call('PUT', PATH, { heading: 'Tried out' });
    expect([await titleOf(call), await titleOf(live)]).toEqual([
      'Tried out',
      'As customers see it',
    ]);
  });

  it('knows only its own templates and languages', async () => {
    for (const path of ['nothing/en', 'delivered/nl', 'constructor/en', '__proto__/de']) {
      expect((await call('GET', `/notification-templates/${path}`)).status).toBe(404);
    }
  });
});

it('names templates in words, and shows them to operators in their own language', async () => {
  const { cookie } = await openTestConsole(hub);
  const read = async (path: string) =>
    (await call('GET', path, undefined, { cookie, 'accept-language': 'de' })).text;
  const list = await read('/console/hub/templates');
  expect(list).toContain('language=de&amp;mode=test');
  expect(list).toContain('<summary>Händler: Standardhändler</summary>');
  expect(list).toMatch(/templates\/out_for_delivery\?[^>]+>in Zustellung<\/a>/);
  expect(list).toContain('Ihr Paket');
  // SMS are as long as with a public URL, also on a machine without one.
  expect(list).toContain('https://track.example.com/track/');
  const page = await read('/console/hub/templates/out_for_delivery');
  expect(page).toContain('<h1><span class="sentence">in Zustellung</span></h1><code');
  expect(await read('/console/hub/templates?language=fr')).toContain('Votre colis');
});
