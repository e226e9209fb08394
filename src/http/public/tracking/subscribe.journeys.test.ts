import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ONLY_MAIL, type SubscriptionOffers } from '../../../reactions/notifications/index.ts';
import { openTestPublic, type TestPublic } from './test-public.ts';

let site: TestPublic;
let carrier: string;
let path: string;
let offers: SubscriptionOffers = ONLY_MAIL;
beforeAll(async () => {
  site = await openTestPublic({ offersOf: async () => offers });
  [carrier] = site.carriers;
  await site.track({ number: 'SUB1' });
  path = `/track/${carrier}/SUB1`;
});
afterAll(() => site.close());

const send = (to: string, fields: Record<string, string>, language = 'en') =>
  site.call('POST', `${to}/subscribe`, new URLSearchParams(fields).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
    'accept-language': language,
  });

describe('the subscription form', () => {
  it('is one click from the page of a parcel still in transit', async () => {
    const { text } = await site.call('GET', path, undefined, { accept: 'text/html' });
    expect(text).toContain(`href="${path}/subscribe"`);
    const form = await site.call('GET', `${path}/subscribe?lang=de`);
    expect(form.status).toBe(200);
    expect(form.headers.get('cache-control')).toBe('no-store');
    expect(form.text).toContain(`action="${path}/subscribe?lang=de"`);
    expect(form.text).toContain('<html lang="de">');
    const nowhere = await site.call('GET', `/track/${carrier}/NOBODY/subscribe`);
    expect(nowhere.status).toBe(404);
  });

  it('offers only updates that can still occur, and none for a parcel that has arrived', async () => {
    const parcel = await site.track({ number: 'SUB2' });
    const to = `/track/${carrier}/SUB2`;
    const read = async (path: string) => (await site.call('GET', `${path}?lang=en`)).text;
    const wanted = [
      'when it is out for delivery',
      'when it has arrived',
      'if something goes wrong',
    ];
    const offered = async () => {
      const form = await read(`${to}/subscribe`);
      return wanted.map((each) => form.includes(each));
    };
    expect(await offered()).toEqual([true, true, true]);
    expect(await read(`${to}/subscribe`)).toContain('name="every"');
    await parcel.move('picked_up');
    await parcel.move('out_for_delivery');
    expect(await offered()).toEqual([false, true, true]);
    expect(await read(`${to}/subscribe`)).not.toContain('name="every"');
    const wrong = await send(to, { address: 'nobody' });
    expect([wrong.status, wrong.text.includes(wanted[0] ?? '')]).toEqual([422, false]);
    await parcel.move('delivered');
    expect(await read(to)).not.toContain('/subscribe');
    expect(await read(`${to}/subscribe`)).toMatch(/No updates available(?![\s\S]*name="address")/);
    expect((await send(to, { address: 'a@example.com' })).status).toBe(409);
    expect(site.subscriptions).toEqual([]);
  });

  it('subscribes, and tells the reader to check their mail', async () => {
    const { status, headers, text } = await send(path, {
      address: ' a@example.com ',
      every: 'yes',
    });
    expect(status).toBe(202);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text).toContain('Check your email');
    expect(text).toContain(`href="${path}"`);
    expect(text).not.toContain('a@example.com');
    expect(site.subscriptions.splice(0)).toEqual([
      {
        carrier,
        trackingNumber: 'SUB1',
        channel: 'email',
        address: 'a@example.com',
        every: true,
        locale: 'en',
        clientIp: '127.0.0.1',
      },
    ]);
  });

  it('gives the same answer for a parcel that nobody tracks', async () => {
    const known = await send(path, { address: 'b@example.com' });
    const unknown = await send(`/track/${carrier}/NOBODY`, { address: 'b@example.com' });
    expect(unknown.status).toBe(known.status);
    expect(unknown.text).toContain('Check your email');
    site.subscriptions.splice(0);
  });

  it.each([
    '',
    'nobody',
    'a@b',
    'a b@example.com',
    `${'x'.repeat(250)}@example.com`,
    'a@ex.com, b@ex.com',
  ])('rejects "%s" with a message in the reader’s language', async (address) => {
    const { status, text } = await send(path, { address }, 'de');
    expect(status).toBe(422);
    expect(text).toContain('Bitte prüfen Sie das.');
    expect(site.subscriptions).toEqual([]);
  });

  it('escapes the submitted input as text', async () => {
    const { text } = await send(path, { address: '"><script>alert(1)</script>' });
    expect(text).not.toContain('<script>alert');
    expect(text).toContain('value="&quot;>&lt;script>alert(1)&lt;/script>"');
  });

  it('accepts only a form', async () => {
    const { status } = await site.call('POST', `${path}/subscribe`, { address: 'a@example.com' });
    expect(status).toBe(415);
  });

  it('has a high cost: repeated submissions get a 429', async () => {
    const limited = await openTestPublic({ rate: { burst: 120, perS: 1 } });
    const one = () =>
      limited.call('POST', `${path}/subscribe`, 'address=a%40example.com', {
        'content-type': 'application/x-www-form-urlencoded',
      });
    expect([(await one()).status, (await one()).status, (await one()).status]).toEqual([
      202, 202, 429,
    ]);
    await limited.close();
  });
});

describe('the code from an SMS', () => {
  const enter = (to: string, fields: Record<string, string>, language = 'en') =>
    site.call('POST', `${to}/subscribe/code`, new URLSearchParams(fields).toString(), {
      'content-type': 'application/x-www-form-urlencoded',
      'accept-language': language,
    });

  it('has its own request form, with the same answer for a parcel that nobody tracks', async () => {
    const pages = await Promise.all(
      ['SUB1', 'NOBODY'].map(async (number) => {
        const to = `/track/${carrier}/${number}`;
        const { status, headers, text } = await send(to, {
          channel: 'sms',
          address: '+4930123456',
        });
        expect([status, headers.get('cache-control')]).toEqual([202, 'no-store']);
        return text.replaceAll(number, 'NUMBER');
      }),
    );
    expect(pages[0]).toContain('autocomplete="one-time-code"');
    expect(pages[0]).toContain('value="ticket-1"');
    expect(pages[0]).not.toContain('<script');
    expect(formOf(pages[1])).toBe(formOf(pages[0]));
    site.subscriptions.splice(0);
  });

  it('is accepted as people type it, with an answer in their language', async () => {
    for (const code of ['123456', ' 123 456 ', '123-456']) {
      const { status, text } = await enter(path, { ticket: 'ticket-1', code }, 'fr');
      expect([status, text.includes('Vous recevrez des SMS')]).toEqual([200, true]);
    }
    expect(site.codes.splice(0)).toHaveLength(3);
  });

  it('is asked for again when wrong, with the same page for any parcel', async () => {
    const wrong = await enter(path, { ticket: 'ticket-1', code: '000000' }, 'de');
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('Das ist nicht der Code');
    expect(wrong.text).toContain('value="ticket-1"');
    expect(wrong.text).not.toContain('000000');
    const nowhere = await enter(`/track/${carrier}/NOBODY`, { ticket: 'x', code: '1' }, 'de');
    expect(nowhere.status).toBe(422);
    expect(wrong.text).toMatch(/<title>Das ist nicht der Code/);
    expect(wrong.text).toMatch(/aria-describedby="code-trouble code-hint"[^>]* autofocus/);
    site.codes.splice(0);
  });

  it('is asked for again with the same ticket after too many attempts', async () => {
    const { status, headers, text } = await enter(path, { ticket: 't-1', code: '999999' });
    expect([status, headers.get('retry-after')]).toEqual([429, '17']);
    expect(text).toContain('try again in 17 seconds');
    expect(text).toContain('value="t-1"');
    expect(text).not.toMatch(/ aria-invalid="| autofocus/);
    site.codes.splice(0);
  });

  it('has no links to other languages, because its URL cannot be reopened', async () => {
    const answer = await send(path, { channel: 'sms', address: '+4930123456' });
    const wrong = await enter(path, { ticket: 't', code: '1' });
    for (const { text } of [answer, wrong]) expect(text).not.toContain('hreflang');
    expect((await site.call('GET', `${path}/subscribe`)).text).toContain('hreflang="de"');
    site.codes.splice(0);
    site.subscriptions.splice(0);
  });

  it.each([
    {},
    { ticket: '"><script>alert(1)</script>', code: '<b>' },
    { ticket: 'x'.repeat(5_000), code: '1'.repeat(5_000) },
    { ticket: 't', code: '１２３４５６' },
  ])('is not %j, which is escaped as text', async (fields: Record<string, string>) => {
    const { status, text } = await enter(path, fields);
    expect(status).toBe(422);
    expect(text).not.toContain('<script>alert');
    expect(text.length).toBeLessThan(20_000);
    const [entered] = site.codes.splice(0);
    expect([(entered?.ticket ?? '').length <= 200, (entered?.code ?? '').length <= 20]).toEqual([
      ...[true, true],
    ]);
  });

  it('is accepted only from a form', async () => {
    expect((await site.call('POST', `${path}/subscribe/code`, { code: '1' })).status).toBe(415);
    expect((await site.call('GET', `${path}/subscribe/code?code=123456`)).status).toBe(405);
    expect(site.codes).toEqual([]);
  });

  const formOf = (page: string | undefined) => /<form[\s\S]*<\/form>/.exec(page ?? '')?.[0];
});

/** As a browser sends it; the keys are test keys. */
const BROWSER = {
  endpoint: 'https://push.example.com/send/abc',
  keys: { p256dh: 'B'.repeat(87), auth: 'A'.repeat(22) },
};

describe('channels besides email', () => {
  it('are offered where configured, in the reader’s language', async () => {
    const form = async () => (await site.call('GET', `${path}/subscribe?lang=fr`)).text;
    offers = ONLY_MAIL;
    const plain = await form();
    expect(plain).not.toMatch(/name="channel"|<script/);
    offers = { sms: true, pushKey: 'BKey' };
    const both = await form();
    for (const part of ['Recevoir des SMS', 'M’avertir sur cet appareil', 'data-key="BKey"']) {
      expect(both).toContain(part);
    }
    // The form stays hidden without a script, because only a script can use it.
    expect(both).toMatch(/<form hidden[^>]+data-worker="\/assets\/push-worker\./);
    offers = ONLY_MAIL;
  });

  it('subscribe, each by its channel', async () => {
    const sms = await send(path, { channel: 'sms', address: ' +49 (0)170 1234567 ' });
    expect([sms.status, sms.text.includes('Enter the code')]).toEqual([202, true]);
    expect(sms.text).not.toContain('1234567');
    const push = await send(path, { channel: 'push', address: JSON.stringify(BROWSER) });
    expect([push.status, push.text.includes('push.example.com')]).toEqual([202, false]);
    expect(site.subscriptions.splice(0).map(({ channel, address }) => [channel, address])).toEqual([
      ['sms', '+49 (0)170 1234567'],
      ['push', JSON.stringify(BROWSER)],
    ]);
  });

  it.each([
    ['sms', ''],
    ['sms', '0170 1234567'],
    ['sms', '+49'],
    ['sms', `+49${'1'.repeat(60)}`],
    ['sms', 'a@example.com'],
    ['push', ''],
    ['push', '{'],
    ['push', 'a-token-of-an-app-0123456789'],
    ['push', JSON.stringify({ ...BROWSER, endpoint: 'http://push.example.com/' })],
    ['push', JSON.stringify({ ...BROWSER, keys: {} })],
    ['push', JSON.stringify({ ...BROWSER, more: 'x'.repeat(5_000) })],
    ['pigeon', '+491701234567'],
  ])('reject by %s the address "%s"', async (channel, address) => {
    const { status, text } = await send(path, { channel, address });
    expect([status, site.subscriptions]).toEqual([422, []]);
    expect(text).not.toContain('p256dh');
  });

  it('have a service worker for parcel pages only, which makes no requests', async () => {
    const { assets } = (await import('./pages/tracking-pages.tsx')).openTrackingPages({
      carrier: () => null,
    });
    const worker = await site.call('GET', assets.pushWorkerUrl);
    expect(worker.headers.get('service-worker-allowed')).toBe('/track/');
    expect(worker.headers.get('content-security-policy')).toBe(
      "default-src 'none'; img-src 'self'",
    );
    expect((await site.call('GET', assets.scriptUrl)).headers.has('service-worker-allowed')).toBe(
      false,
    );
  });
});
