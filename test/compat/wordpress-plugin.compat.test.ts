import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { STATUSES } from '../../src/kernel/status.ts';
import { messagesIn } from '../../src/platform/messages/catalogue.ts';
import { LANGUAGES } from '../../src/platform/messages/languages.ts';
import { PROJECT_ROOT } from '../../src/platform/settings/yaml-settings.ts';

/**
 * The WordPress plug-in in Debian's WordPress, as WooCommerce calls it. WooCommerce's classes and
 * the database are stubs (test/compat/wordpress/).
 */
const WORDPRESS = '/usr/share/wordpress';
const hasPhp = spawnSync('php', ['-v'], { stdio: 'ignore' }).status === 0;
const canRun = hasPhp && existsSync(join(WORDPRESS, 'wp-settings.php'));
if (!canRun) {
  const wanted = 'apt-get install -y --no-install-recommends wordpress php-cli';
  process.stderr.write(`SKIPPED: the WordPress plug-in was NOT run; it needs: ${wanted}\n`);
}

interface Rendered {
  readonly version: string;
  readonly page: string;
  readonly mail: string;
  readonly text: string;
  readonly requests: readonly string[];
  readonly compatible: Readonly<Record<string, boolean>>;
}

function render(meta: unknown, locale = 'en_US'): Rendered {
  const script = join(PROJECT_ROOT, 'test/compat/wordpress/render.php');
  const input = JSON.stringify({ wordpress: WORDPRESS, locale, meta });
  const { status, stdout, stderr } = spawnSync('php', [script], { input, encoding: 'utf8' });
  expect(status, stdout + stderr).toBe(0);
  return JSON.parse(stdout) as Rendered;
}

const parcel = (more: Record<string, unknown> = {}) => ({
  tracking_number: 'JD014600000000001',
  carrier: 'dhl',
  status: 'in_transit',
  estimated_delivery: '2026-03-12',
  url: 'https://track.example.com/track/dhl/JD014600000000001',
  ...more,
});

describe.skipIf(!canRun)('the plug-in in WordPress', { timeout: 60_000 }, () => {
  it('shows the parcels on the order’s page and in its mails, and requests nothing', () => {
    const two = parcel({ tracking_number: 'N2', status: 'delivered' });
    const { page, mail, text, requests, compatible } = render({ parcels: [parcel(), two] });
    expect(page).toContain('<h2>Tracking</h2>');
    expect(page).toContain(`<a href="${parcel().url}">JD014600000000001</a>`);
    expect(page).toContain('On the way<br><small>Expected on 12.3.2026</small>');
    expect(page.match(/Expected on/g)).toHaveLength(1);
    expect(mail).toBe(page);
    expect(text).toContain(
      `JD014600000000001: On the way\nExpected on 12.3.2026\n${parcel().url}\n`,
    );
    expect(text).toContain('N2: Delivered\nhttps:');
    expect(requests).toEqual([]);
    expect(compatible).toEqual({ custom_order_tables: true });
  });

  it('escapes everything, and follows no address but the web’s', () => {
    const evil = '"><script>alert(1)</script>';
    const { page, text } = render({
      parcels: [
        parcel({ tracking_number: evil, estimated_delivery: evil }),
        parcel({ url: 'https://track.example.com/?a="onclick=1&b=<b>' }),
        parcel({ tracking_number: 'BAD1', url: 'javascript:alert(1)' }),
        parcel({ tracking_number: 'BAD2', url: 'data:text/html,x' }),
      ],
    });
    for (const shown of [page, text]) {
      for (const word of ['<script', 'BAD1', 'BAD2']) expect(shown).not.toContain(word);
    }
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toMatch(/<a [^>]*onclick[^>]*=[^>]*"[^>]*"[^>]*>.*<b>/);
    expect(page.match(/<(?!\/?(section|h2|table|tbody|tr|td|a|br|small)\b)/g)).toBeNull();
  });

  it.each([
    ['nothing', ''],
    ['a text', 'parcels'],
    ['no list', { parcels: 'x' }],
    ['no parcels', { parcels: [null, 7, 'x', [], {}] }],
    ['an unknown status', { parcels: [parcel({ status: 'teleported' })] }],
    ['nested values', { parcels: [parcel({ tracking_number: ['x'], url: { a: 1 } })] }],
  ])('shows nothing where the meta value is %s', (_what, meta) => {
    const { page, mail, text } = render(meta);
    expect([page, mail, text]).toEqual(['', '', '']);
  });

  it.each(LANGUAGES)(
    'has the hub’s words for each status in %s, in any country of it',
    (language) => {
      const { labels } = messagesIn(language).status;
      const parcels = STATUSES.map((status) => parcel({ tracking_number: status, status }));
      const { text } = render({ parcels }, `${language}_XX`);
      for (const status of STATUSES) expect(text).toContain(`${status}: ${labels[status]}\n`);
      expect(text.includes('Tracking')).toBe(language === 'en');
    },
  );
});

it('the plug-in’s compiled texts are those of its sources', () => {
  const folder = join(PROJECT_ROOT, 'packages/woocommerce/languages');
  const pot = readFileSync(join(folder, 'waybill-tracking.pot'), 'utf8');
  const ids = (text: string) => [...text.matchAll(/^msgid "(.+)"$/gm)].map(([, id]) => id);
  const source = readFileSync(join(folder, '../waybill-tracking.php'), 'utf8');
  const used = [...source.matchAll(/_(?:html_)?_\( '([^']+)', 'waybill-tracking' \)/g)];
  expect(new Set(ids(pot))).toEqual(new Set(used.map(([, id]) => id)));
  for (const language of LANGUAGES.filter((each) => each !== 'en')) {
    const po = readFileSync(join(folder, `waybill-tracking-${language}.po`), 'utf8');
    expect([language, ids(po)]).toEqual([language, ids(pot)]);
    const mo = readFileSync(join(folder, `waybill-tracking-${language}.mo`), 'utf8');
    const texts = [...po.matchAll(/^msgstr "(.+)"$/gm)].map(([, text]) => text ?? '');
    expect(texts).toHaveLength(ids(pot).length);
    for (const text of texts) expect(mo).toContain(`${text}\0`);
  }
});
