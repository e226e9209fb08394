import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type BaseLayers, mapStyle, rasterStyle } from './map-style.ts';

interface Layer {
  readonly id: string;
  readonly type: string;
  readonly source?: string;
  readonly 'source-layer'?: string;
  readonly layout?: Readonly<Record<string, unknown>>;
}

const layers: Record<'light' | 'dark', BaseLayers> = JSON.parse(
  readFileSync(new URL('./layers.gen.json', import.meta.url), 'utf8'),
);
const PARTS = {
  worldUrl: '/maps/w.pmtiles',
  streetsUrl: '/maps/s.pmtiles',
  credit: '© People',
  labelsUrl: '/maps/l.woff2',
};

describe.each(['light', 'dark'] as const)('the style of a %s page', (scheme) => {
  const style = mapStyle(layers[scheme], PARTS) as Record<string, never> & { layers: Layer[] };

  it('draws the world below the streets, and labels above both', () => {
    expect(style['sources']).toEqual({
      world: { type: 'vector', url: 'pmtiles:///maps/w.pmtiles' },
      streets: { type: 'vector', url: 'pmtiles:///maps/s.pmtiles', attribution: '© People' },
    });
    const order = style.layers.map(({ type, source }) =>
      type === 'symbol' ? 'label' : (source ?? type),
    );
    expect(order.filter((each, index) => each !== order[index - 1])).toEqual([
      ...['background', 'world', 'streets', 'label'],
    ]);
    expect(new Set(style.layers.map(({ id }) => id)).size).toBe(style.layers.length);
  });

  it('needs no icons, only the font that ships, and names in the reader’s language', () => {
    const texts = style.layers.flatMap(({ layout }) => (layout?.['text-field'] ? [layout] : []));
    expect(texts.length).toBeGreaterThan(8);
    expect(new Set(texts.map((each) => String(each['text-font'])))).toEqual(new Set(['labels']));
    expect(style['font-faces']).toEqual({ labels: '/maps/l.woff2' });
    const text = JSON.stringify(style);
    expect(text).not.toContain('"icon-');
    expect(text).not.toContain('Noto');
    expect(text).toContain('name:{language}');
  });
});

it('differs between light and dark pages', () => {
  expect(layers.light.ground).not.toBe(layers.dark.ground);
});

it('shows raster tiles of a site with their credit', () => {
  const style = rasterStyle('https://maps.example.com/{z}/{x}/{y}.png', '© Maps');
  expect(style).toMatchObject({
    sources: {
      tiles: { tiles: ['https://maps.example.com/{z}/{x}/{y}.png'], attribution: '© Maps' },
    },
  });
});
