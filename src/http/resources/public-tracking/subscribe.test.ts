import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestPublic, type TestPublic } from './test-public.ts';

let site: TestPublic;
let carrier: string;
let path: string;
beforeAll(async () => {
  site = await openTestPublic();
  [carrier] = site.carriers;
  await site.follow({ number: 'SUB1' });
  path = `/track/${carrier}/SUB1`;
});
afterAll(() => site.close());

const send = (to: string, fields: Record<string, string>, language = 'en') =>
  site.call('POST', `${to}/subscribe`, new URLSearchParams(fields).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
    'accept-language': language,
  });

describe('the form for messages', () => {
  it('is one click from the page of a parcel that still moves', async () => {
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

  it('asks notifications, and says to look for a mail', async () => {
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
        address: 'a@example.com',
        every: true,
        locale: 'en',
        clientIp: '127.0.0.1',
      },
    ]);
  });

  it('answers alike for a parcel that nobody follows', async () => {
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
  ])('takes no "%s", and says so in the reader’s language', async (address) => {
    const { status, text } = await send(path, { address }, 'de');
    expect(status).toBe(422);
    expect(text).toContain('Bitte prüfen Sie das.');
    expect(site.subscriptions).toEqual([]);
  });

  it('gives back what was typed as text', async () => {
    const { text } = await send(path, { address: '"><script>alert(1)</script>' });
    expect(text).not.toContain('<script>alert');
    expect(text).toContain('value="&quot;>&lt;script>alert(1)&lt;/script>"');
  });

  it('takes nothing but a form', async () => {
    const { status } = await site.call('POST', `${path}/subscribe`, { address: 'a@example.com' });
    expect(status).toBe(415);
  });

  it('is dear: who sends it again and again is told to wait', async () => {
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
