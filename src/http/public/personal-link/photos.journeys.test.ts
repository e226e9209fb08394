import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestPublic, type Registered, type TestPublic } from '../tracking/test-public.ts';
import { NO_OFFERS } from './test-self-service.ts';

let site: TestPublic;
let parcel: Registered;
let page: string;
beforeAll(async () => {
  site = await openTestPublic();
  parcel = await site.track({ number: 'PHOTO1', order: 'A-1001' });
  page = `/track/${site.carriers[0]}/PHOTO1`;
});
afterAll(() => site.close());
beforeEach(() => {
  site.service.offered = { ...NO_OFFERS, photos: { sent: 0, most: 10 } };
  site.service.photosOutcome = { outcome: 'added', added: 1 };
  site.service.deliveryRequests.splice(0);
});

const JPEG = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);
const file = (bytes: Uint8Array = JPEG, name = 'a.jpg', type = 'image/jpeg') =>
  new File([Uint8Array.from(bytes)], name, { type });

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}
/** As a browser submits the page's form. */
async function send(files: readonly File[], token: string | null = site.token(parcel.id)) {
  const form = new FormData();
  if (token !== null) form.append('t', token);
  for (const each of files) form.append('photo', each);
  return answered(`${page}/photos`, { body: form, headers: { 'accept-language': 'en' } });
}
async function answered(path: string, init: RequestInit): Promise<Answer> {
  const url = `${site.hub.url}${path}`;
  const response = await fetch(url, { method: 'POST', redirect: 'manual', ...init });
  return { status: response.status, headers: response.headers, text: await response.text() };
}
const received = () =>
  site.service.deliveryRequests.map(([kind, photos]) => [kind, (photos as Uint8Array[]).length]);

describe('the photo form', () => {
  it('is on the recipient’s page when photos can be sent, and works without a script', async () => {
    const shown = async (lang: string) =>
      (await site.call('GET', `${page}?t=${site.token(parcel.id)}&lang=${lang}`)).text;
    const html = await (
      await fetch(`${site.hub.url}${page}?t=${site.token(parcel.id)}`, {
        headers: { accept: 'text/html' },
      })
    ).text();
    expect(html).toMatch(/<form[^>]*action="[^"]*\/photos"[^>]*enctype="multipart\/form-data"/i);
    expect(html).toMatch(/<input[^>]*type="file"[^>]*multiple/);
    expect(await shown('de')).not.toContain('undefined');
    site.service.offered = NO_OFFERS;
    const without = await fetch(`${site.hub.url}${page}?t=${site.token(parcel.id)}`, {
      headers: { accept: 'text/html' },
    });
    expect(await without.text()).not.toContain('type="file"');
  });

  it('passes on the bytes unchanged, whatever the file name, and returns to the page', async () => {
    const { status, headers } = await send([file(JPEG, '../../x.html', 'text/html')]);
    expect(status).toBe(303);
    expect(headers.get('location')).toMatch(/\?t=[^#]+#photos$/);
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(site.service.deliveryRequests.map(([, photos]) => photos)).toEqual([
      [Buffer.from(JPEG)],
    ]);
  });

  it('ignores a file field left empty', async () => {
    await send([file(), file(new Uint8Array(0), '', 'application/octet-stream')]);
    expect(received()).toEqual([['photos', 1]]);
  });

  it.each([
    ['none', { outcome: 'none' }, 'Please choose a photo.'],
    ['no photo', { outcome: 'unknown_type' }, 'Only JPEG, PNG and WebP photos'],
    ['too many of the parcel', { outcome: 'too_many' }, 'You can send up to 5 photos at a time'],
    ['no longer asked for', { outcome: 'not_offered' }, 'This is not possible for your parcel'],
  ] as const)('explains the error on the page: %s', async (_, outcome, words) => {
    site.service.photosOutcome = outcome;
    const { status, text } = await send([file()]);
    expect(status).toBe(422);
    expect(text).toContain(words);
    expect(text).toContain('type="file"');
  });

  it('accepts five at once, of 8 MiB, and 20 MiB together; beyond that none', async () => {
    expect((await send(Array.from({ length: 5 }, () => file()))).status).toBe(303);
    const answer = await send(Array.from({ length: 6 }, () => file()));
    expect([answer.status, received()]).toEqual([422, [['photos', 5]]]);
    const large = new Uint8Array(8 * 1_048_576 + 1).fill(0xff);
    const one = await send([file(large)]);
    expect([one.status, /A photo may be up to 8 MB/.test(one.text)]).toEqual([422, true]);
    const heavy = Array.from({ length: 4 }, () => file(large.subarray(0, 6 * 1_048_576)));
    expect((await send(heavy)).status).toBe(422);
    expect(received()).toHaveLength(1);
  });

  it.each([
    ['none', () => null, 403],
    ['forged', () => site.token(parcel.id).replace(/.$/, '!'), 403],
    ['run out', () => site.token(parcel.id, { expiresAtS: 1 }), 410],
    ['for another purpose', () => site.token(parcel.id, { purpose: 'unsubscribe' }), 403],
  ])('with a link that is %s is rejected, and nothing is stored', async (_, token, status) => {
    expect((await send([file()], token())).status).toBe(status);
    expect(received()).toEqual([]);
  });

  it.each([
    ['multipart/form-data', 'x'],
    ['multipart/form-data; boundary=b', ''],
    ['multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="t"\r\n\r\nx'],
    [
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="p"; filename="a"\r\n\r\nxx',
    ],
    ['multipart/form-data; boundary=b', `--b\r\n${'X-A: b\r\n'.repeat(5_000)}\r\n\r\n--b--`],
    [
      'multipart/form-data; boundary=b',
      `${'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'.repeat(20_000)}--b--`,
    ],
    [`multipart/form-data; boundary=${'b'.repeat(5_000)}`, '--b--'],
    ['text/html', '<script>'],
    ['image/svg+xml', '<svg onload="x"/>'],
  ])('that is broken causes no error: %s', async (type, body) => {
    const { status } = await answered(`${page}/photos`, {
      body,
      headers: { 'content-type': type },
    });
    expect([400, 403, 413, 415, 422]).toContain(status);
    expect(received()).toEqual([]);
  });

  it('may be cut off in the middle', async () => {
    const { hostname, port } = new URL(site.hub.url);
    const socket = connect({ host: hostname, port: Number(port) });
    const part = `--b\r\nContent-Disposition: form-data; name="t"\r\n\r\n${site.token(parcel.id)}\r\n`;
    const begun = `${part}--b\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n\r\nxx`;
    const head = `POST ${page}/photos HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n`;
    await new Promise<void>((resolve) => {
      const type = 'Content-Type: multipart/form-data; boundary=b\r\n\r\n';
      socket.write(`${head}${type}${begun}`, () => resolve());
    });
    socket.destroy();
    for (let index = 0; index < 10; index += 1) expect((await send([file()])).status).toBe(303);
  });
});

describe('one photo from a program', () => {
  const post = (body: Uint8Array, type = 'image/jpeg', token = site.token(parcel.id)) =>
    answered(`${page}/photos?t=${token}`, {
      body: Uint8Array.from(body),
      headers: { 'content-type': type },
    });

  it('is its bytes, and the response says how many were new', async () => {
    const { status, text } = await post(JPEG);
    expect([status, JSON.parse(text)]).toEqual([201, { added: 1 }]);
    expect(received()).toEqual([['photos', 1]]);
  });

  it.each([
    ['no photo', { outcome: 'unknown_type' }, 422],
    ['too many', { outcome: 'too_many' }, 409],
    ['not asked for', { outcome: 'not_offered' }, 409],
  ] as const)('is rejected as a problem: %s', async (_, outcome, status) => {
    site.service.photosOutcome = outcome;
    const refused = await post(JPEG);
    expect(refused.headers.get('content-type')).toContain('problem+json');
    expect(refused.status).toBe(status);
  });

  it('is rejected without a valid link, and when it is too large', async () => {
    expect((await post(JPEG, 'image/png', 'nonsense')).status).toBe(403);
    expect((await post(new Uint8Array(8 * 1_048_576 + 1))).status).toBe(413);
    expect(received()).toEqual([]);
  });
});
