import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadAdapters } from '../../../adapters/index.ts';
import { madeGuides } from './made-guides.ts';
import { guidesMadeHere } from './made-here.ts';

const guides = await guidesMadeHere();
const registry = await loadAdapters();
const guideOf = (name: string) => guides.find((each) => each.name === name);

describe('the page of a carrier', () => {
  it('names each credential as the API and the carrier do', () => {
    for (const { manifest, access } of registry.list()) {
      const text = guideOf(`carriers/${manifest.name}`)?.markdown ?? '';
      for (const { name, label } of access?.credentials ?? []) {
        expect(text).toContain(`| \`${name}\` | ${label} |`);
      }
    }
  });

  it('says how it reports, what limits it, and which codes have which status', () => {
    const text = guideOf('carriers/usps')?.markdown ?? '';
    expect(text).toContain('| webhooks | yes, with a signature in the header `x-hmac`');
    expect(text).toContain('`WAYBILL_WEBHOOK_SECRET_USPS`');
    expect(text).toContain('| numbers per call | 35 |');
    expect(text).toMatch(/\| `delivered` \| \d+ \| `/);
    expect(text).toContain('### Access');
  });

  it('tells bridges and own couriers from carriers', () => {
    expect(guideOf('carriers/easypost')?.title).toBe('EasyPost (bridge)');
    expect(guideOf('carriers/fleet')?.markdown).toContain('| it is | your own couriers |');
  });

  it('leads to other guides, and never to a file that the hub does not serve', () => {
    for (const { name, html } of guides) {
      for (const [, to = ''] of html.matchAll(/href="([^"]+)"/g)) {
        expect([name, to]).toEqual([name, expect.stringMatching(/^(?:https?:|#|\/docs\/)/)]);
      }
    }
  });
});

describe('the page of an installed package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-package-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('shows its README as text, whatever is in it', () => {
    mkdirSync(join(folder, 'acme'));
    writeFileSync(
      join(folder, 'acme/README.md'),
      '# Acme\n\n<script>alert(1)</script>\n\n## Signing up\n\n' +
        '[a](javascript:alert(1)) [b](/console/keys) [c](data:text/html,x) ![d](//evil.example/x.png)\n',
    );
    const [adapter] = registry.list();
    if (adapter === undefined) throw new Error('no adapter');
    const home = registry.home(adapter.manifest.name);
    if (home === undefined) throw new Error('no home');
    const [guide] = madeGuides({
      registry: {
        list: () => [adapter],
        home: () => ({ ...home, folder: join(folder, 'acme'), scorecard: null, sandbox: null }),
      },
      mapping: () => null,
      platforms: [],
    });
    const html = guide?.html ?? '';
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toMatch(/<script|<img|javascript:|data:text|evil\.example|\/console/);
    expect(html).toContain('There is no valid mapping.');
    expect(html).toContain('not measured');
  });
});

describe('the page of a shop', () => {
  it('says what the shop needs, and that one without webhooks is read', () => {
    expect(guideOf('shops/shopware')?.markdown).toContain('| orders | by reading them |');
    expect(guideOf('shops/shopify')?.markdown).toContain('`client_secret` (optional)');
    expect(guideOf('shops/generic')?.markdown).toContain('| credentials | none |');
  });
});
