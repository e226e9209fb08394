import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contrast } from '../../../../kernel/color-contrast.ts';
import { runs } from '../../../../kernel/test-runs.ts';
import { brandingFrom } from '../../../../merchants/index.ts';
import { brandStyle, colorCss } from './brand-style.ts';

const hex = fc
  .integer({ min: 0, max: 0xffffff })
  .map((value) => `#${value.toString(16).padStart(6, '0')}`);

/** The values of a variable in the light and dark styles. */
function values(css: string, name: string): readonly string[] {
  return [...css.matchAll(new RegExp(`--${name}:(#[0-9a-f]{6})`, 'g'))].map(
    ([, value]) => value ?? '',
  );
}

describe('a merchant’s colour', () => {
  it('is readable wherever it is text, whatever the colour', () => {
    fc.assert(
      fc.property(hex, (color) => {
        const css = colorCss(color);
        for (const name of ['link', 'moving', 'arriving', 'focus']) {
          const [light = '', dark = ''] = values(css, name);
          for (const ground of ['#ffffff', '#f6f5f1', '#ecebe6']) {
            expect(contrast(light, ground)).toBeGreaterThanOrEqual(4.5);
          }
          for (const ground of ['#0e1014', '#171a20', '#262b35']) {
            expect(contrast(dark, ground)).toBeGreaterThanOrEqual(4.5);
          }
        }
        const [button = ''] = values(css, 'button');
        expect(button).toBe(color);
        expect(contrast(values(css, 'button-ink')[0] ?? '', button)).toBeGreaterThanOrEqual(4.5);
      }),
      { seed: 1, numRuns: runs(400) },
    );
  });

  it('is a style sheet that can be inlined unescaped', () => {
    expect(colorCss('#ffd400')).not.toMatch(/[<&"]/);
  });
});

describe('a merchant’s branding', () => {
  const branding = (document: Record<string, unknown>) => brandingFrom(document, 'Acme');

  it('uses the reader’s language, else the merchant’s own', () => {
    const texts = { de: { intro: 'Danke!', footer: 'HRB 1' }, en: { intro: 'Thanks!' } };
    const of = (language: string) =>
      brandStyle(branding({ texts, default_language: 'de' }), language)?.intro;
    expect([of('en'), of('de'), of('fr')]).toEqual(['Thanks!', 'Danke!', 'Danke!']);
  });

  it('has a new revision when anything changes, and is null without a name', () => {
    const one = brandStyle(branding({ color: '#112233' }), 'en');
    const other = brandStyle(branding({ color: '#112234' }), 'en');
    expect(one?.revision).not.toBe(other?.revision);
    expect(brandStyle(branding({ color: '#112233' }), 'en')).toEqual(one);
    expect(brandStyle(brandingFrom({}, ''), 'en')).toBeNull();
    expect(brandStyle(brandingFrom({}, 'Default merchant'), 'en')).toBeNull();
    const site = brandingFrom({ website: 'https://shop.example/de' }, 'Default merchant');
    expect(brandStyle(site, 'en')?.name).toBe('shop.example');
    expect(brandStyle(brandingFrom({ name: 'Mine' }, 'Default merchant'), 'en')?.name).toBe('Mine');
  });
});
