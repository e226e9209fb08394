import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import MailComposer from 'nodemailer/lib/mail-composer/index.js';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestHub, type TestHub } from '../../src/http/testing/test-hub.ts';
import { bootstrap } from '../../src/merchants/index.ts';
import { systemRandom } from '../../src/platform/clock.ts';
import { LANGUAGES } from '../../src/platform/messages/languages.ts';
import {
  type RenderInput,
  sampleInput,
  TEMPLATES,
  type TemplateName,
} from '../../src/reactions/notifications/index.ts';
import {
  TEST_TENANT,
  type TestTemplatesOptions,
  testTemplates,
} from '../../src/reactions/notifications/templates/test-templates.ts';
import {
  CHROMIUM,
  clickThrough,
  closePages,
  DESKTOP,
  faintTexts,
  HAS_CHROMIUM,
  hardToUseAnywhere,
  openPage,
  sharedBrowser,
} from './tracking-page-browser.ts';

/** Messages to people, in a real browser: they run nothing, load nothing and are readable. */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';

const NAUGHTY: readonly string[] = createRequire(import.meta.url)(
  'big-list-of-naughty-strings/blns.json',
);
/** Payloads that would escape from our layout's placeholders without escaping. */
const OWN_PAYLOADS = [
  '--><script>hit()</script><!--',
  '<![endif]--><script>hit()</script>',
  '</style><script>hit()</script>',
  '</title><script>hit()</script>',
  '"><img src=x onerror=hit()>',
  "' onmouseover='hit()",
  '{{heading}}<!--*logo--><!--/logo-->',
  '[{action_url}|{track_url}] {recipient_name}',
  'javascript:hit()',
  'data:text/html,<script>hit()</script>',
  '<base href=https://evil.example/>',
  '<meta http-equiv=refresh content="0;url=https://evil.example/">',
  '#123456;background:url(https://evil.example/)',
  'a@b.example?bcc=c@evil.example',
  'x\r\nBcc: c@evil.example\r\n\r\n<script>hit()</script>',
];

/** A script that is not the console's own. */
const FOREIGN_SCRIPT = /<script(?! type="module" src="\/console\/assets\/[\w.-]+"><\/script>)/i;

const sample = (template: TemplateName, locale: string): RenderInput =>
  sampleInput({
    tenant: TEST_TENANT,
    template,
    kind: 'email',
    locale,
    carrier: 'postal',
    publicUrl: 'https://track.example.com',
  });

const spoiltBy: TestTemplatesOptions = {};
const spoiltTemplates = testTemplates(spoiltBy);

/** A message in which every text from a carrier, merchant or recipient is this one. */
async function mailOf(payload: string, template: TemplateName = 'delivery_attempted') {
  const input = sample(template, 'en');
  const { shipment, event, links } = input;
  const spoilt = { ...shipment, tracking_number: payload, carrier: payload, sub_status: payload };
  const branding = {
    name: payload,
    logo_url: payload,
    color: payload,
    website: payload,
    support_email: payload,
    support_url: payload,
    address: payload,
    texts: { en: { footer: payload, intro: payload } },
  };
  Object.assign(spoiltBy, { branding, place: payload, carrierName: payload });
  const rendered = await spoiltTemplates.render({
    ...input,
    shipment: spoilt,
    event: event && { ...event, data: spoilt },
    recipientName: payload,
    orderId: payload,
    links: { ...links, actionUrl: payload, unsubscribeUrl: payload, preferencesUrl: payload },
  });
  if (rendered.kind !== 'email') throw new Error('no mail');
  return rendered;
}

describe.skipIf(!HAS_CHROMIUM)('messages', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await sharedBrowser();
  });
  afterEach(async () => {
    await closePages(browser);
  });
  afterAll(() => closePages(browser));

  /** A mail program that runs script: it counts scripts, requests and navigations. */
  async function carelessProgram() {
    const { page } = await openPage(browser);
    const happened: string[] = [];
    page.on('dialog', (dialog) => {
      happened.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('pageerror', (error) => happened.push(`script ${error.message}`));
    page.on('framenavigated', (frame) => {
      if (frame.url() !== 'about:blank') happened.push(`went to ${frame.url()}`);
    });
    await page.route('**/*', (route) => {
      happened.push(`asked for ${route.request().url()}`);
      return route.abort();
    });
    await page.exposeFunction('hit', () => happened.push('script'));
    return { page, happened };
  }

  it('run nothing, request nothing and keep their layout, whatever any text contains', async () => {
    const { page, happened } = await carelessProgram();
    const shapeOf = () =>
      page.evaluate(() => {
        const all = Array.from(document.querySelectorAll('*'));
        const links = Array.from(document.querySelectorAll('a')).map(({ href }) => href);
        return {
          tags: [...new Set(all.map(({ localName }) => localName))].sort(),
          handlers: all.flatMap((each) =>
            each.getAttributeNames().filter((name) => name.startsWith('on')),
          ),
          links: links.filter((href) => !/^https:\/\/track\.example\.com\//.test(href)),
        };
      });
    await page.setContent((await mailOf('plain')).html);
    const plain = await shapeOf();
    expect(plain).toMatchObject({ handlers: [], links: [] });
    const payloads = [...OWN_PAYLOADS, ...NAUGHTY.filter((text) => /[<>"'&:(]/.test(text))];
    expect(payloads.length).toBeGreaterThan(200);
    for (const payload of payloads) {
      const { html, subject, fromName, replyTo } = await mailOf(payload);
      for (const header of [subject, fromName, replyTo]) {
        expect([payload, header ?? '']).toEqual([payload, expect.not.stringMatching(/[\p{Cc}]/u)]);
      }
      await page.setContent(html, { waitUntil: 'domcontentloaded' });
      const shape = await shapeOf();
      // A payload that is a web address may become a link; nothing else does.
      const links = shape.links.filter((href) => !/^https?:|^mailto:[^?]+$/.test(href));
      expect([payload, { ...shape, links }]).toEqual([payload, { ...plain, links: [] }]);
    }
    expect(happened).toEqual([]);
  });

  it('are readable in light and dark, on the smallest phone and in a wide window', async () => {
    const variants: readonly TestTemplatesOptions[] = [
      { branding: { support_email: 'a@b.example', address: 'A\nB' } },
      { branding: { color: '#ffd400', name: 'Yellow' } },
      { branding: { color: '#000000', default_language: 'de' } },
      { branding: { color: '#ffffff', support_url: 'https://help.example.com/' } },
    ];
    for (const [index, variant] of variants.entries()) {
      const templates = testTemplates({ ...variant, place: 'Hamburg, DE' });
      for (const colorScheme of ['light', 'dark'] as const) {
        const { page } = await openPage(browser, {
          colorScheme,
          viewport: { width: index % 2 === 0 ? 320 : 1280, height: 800 },
        });
        for (const [at, template] of TEMPLATES.entries()) {
          const language = LANGUAGES[(at + index) % LANGUAGES.length] ?? 'en';
          const rendered = await templates.render(sample(template, language));
          if (rendered.kind !== 'email') throw new Error('no mail');
          await page.setContent(rendered.html);
          const where = [template, language, colorScheme];
          expect([...where, await faintTexts(page)]).toEqual([...where, []]);
          const found = await page.evaluate(() => ({
            overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
            headings: document.querySelectorAll('h1').length,
            lang: document.documentElement.lang,
            nameless: document.querySelectorAll('img:not([alt]), a:empty, th:not([scope])').length,
            layouts: document.querySelectorAll('table:not([role]):not(.facts)').length,
          }));
          expect([...where, found]).toEqual([
            ...where,
            { overflow: 0, headings: 1, lang: language, nameless: 0, layouts: 0 },
          ]);
        }
        await page.context().close();
      }
    }
  });
});

describe.skipIf(!HAS_CHROMIUM)('the console', () => {
  let hub: TestHub;
  let browser: Browser;
  const name = `${'0'.repeat(8)}-0000-7000-8000-${'0'.repeat(12)}`;
  beforeAll(async () => {
    [hub, browser] = await Promise.all([createTestHub(), sharedBrowser()]);
    await bootstrap({ db: hub.db, clock: hub.clock, randomBytes: systemRandom }, KEY);
    mkdirSync(hub.mailboxFolder, { recursive: true });
    const html = `<p>Hello</p><img src="https://evil.example/p.png"><script>top.location = 'https://evil.example/'; alert(1)</script><form action="https://evil.example/"><button>x</button></form><iframe src="https://evil.example/"></iframe>`;
    const mail = {
      from: 'A <a@b.example>',
      to: 'c@d.example',
      subject: '<img src=x onerror=alert(1)>',
    };
    const bytes = await new MailComposer({ ...mail, html, text: 'Hello' }).compile().build();
    writeFileSync(`${hub.mailboxFolder}/${name}.${name}.eml`, bytes);
    const sms = {
      kind: 'sms',
      to: '+4915112345678',
      text: '<script>alert(1)</script>',
      at: 'never',
    };
    writeFileSync(`${hub.mailboxFolder}/1${name.slice(1)}.${name}.json`, JSON.stringify(sms));
  });
  afterEach(async () => {
    await closePages(browser);
  });
  afterAll(async () => {
    await closePages(browser);
    await hub.close();
  });

  async function signIn(page: Page): Promise<void> {
    await page.goto(`${hub.url}/console/hub`);
    await page.getByLabel('Key').fill(KEY);
    await clickThrough(page.getByRole('button', { name: 'Open the console' }));
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  }

  it('shows a hostile mail in the mailbox without running any of it', async () => {
    const { page, requests } = await openPage(browser, { viewport: DESKTOP });
    const dialogs: string[] = [];
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    await signIn(page);
    await clickThrough(page.getByRole('link', { name: 'Mailbox', exact: true }));
    expect(await page.getByRole('row').count()).toBe(3);
    await page.getByRole('link', { name: '<img src=x onerror=alert(1)>' }).click();
    const frame = page.frameLocator('iframe.mail');
    await frame.getByText('Hello').waitFor();
    await page.getByText('The file').click();
    expect(page.url()).toContain('/console/hub/mailbox/');
    expect(dialogs).toEqual([]);
    const hosts = requests.map(({ url }) => new URL(url).host);
    expect(
      hosts.filter((host) => host !== new URL(hub.url).host && host !== 'evil.example'),
    ).toEqual([]);
    expect(requests.filter(({ url }) => /evil/.test(url) && !url.endsWith('p.png'))).toEqual([]);
  });

  it('hides the mailbox from viewers, and from visitors who are not signed in', async () => {
    const file = `/console/hub/mailbox/${name}.${name}.eml/html`;
    const plain = await fetch(`${hub.url}${file}`, { redirect: 'manual' });
    expect(plain.status).toBe(303);
    const { page } = await openPage(browser);
    await signIn(page);
    const answer = await page.goto(`${hub.url}${file}`);
    expect(answer?.headers()['content-security-policy']).toContain('sandbox allow-popups');
    expect(answer?.headers()['content-security-policy']).not.toContain('allow-scripts');
    for (const bad of ['none', '..%2f..%2fpackage.json', `${name}.${name}.txt`]) {
      expect((await page.goto(`${hub.url}/console/hub/mailbox/${bad}`))?.status()).toBe(404);
    }
  });

  it('answers naughty strings in its addresses', async () => {
    const { page } = await openPage(browser);
    await signIn(page);
    const strange = NAUGHTY.filter((text, index) => index % 8 === 0 && !/\p{Cs}/u.test(text));
    for (const text of [...strange, '__proto__', 'constructor', '.'.repeat(5_000)]) {
      const value = encodeURIComponent(text);
      for (const path of [
        `/console/hub/mailbox?before=${value}`,
        `/console/hub/mailbox/${value}`,
        `/console/hub/mailbox/${value}/html`,
        `/console/hub/templates?language=${value}&merchant=${value}&mode=${value}`,
        `/console/hub/templates/${value}`,
      ]) {
        const answer = await page.request.get(hub.url + path);
        const where = path.slice(0, 80);
        expect([where, answer.status() < 500]).toEqual([where, true]);
        expect([where, FOREIGN_SCRIPT.test(await answer.text())]).toEqual([where, false]);
      }
    }
  });

  it('is readable and usable on a phone, and on a desktop in the dark', async () => {
    const { page, complaints } = await openPage(browser);
    await signIn(page);
    for (const path of [
      '/console/hub/mailbox',
      `/console/hub/mailbox/1${name.slice(1)}.${name}.json`,
      '/console/hub/templates?language=de',
      '/console/hub/templates/delivery_attempted?language=fr',
    ]) {
      await page.goto(`${hub.url}${path}`);
      expect([path, await hardToUseAnywhere(page)]).toEqual([path, []]);
    }
    await page.frameLocator('iframe.phone').getByRole('heading', { level: 1 }).waitFor();
    expect(complaints.filter((text) => !/sandbox/i.test(text))).toEqual([]);
  });
});
