import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { documents, ROOT } from './blocks.ts';
import { PICTURE_BYTES_MAX } from './pictures.ts';

const IMAGES = join(ROOT, 'docs/images');
const files = readdirSync(IMAGES);
const isDark = (file: string) => /-dark\.\w+$/.test(file);

it('every picture of the docs is small, and light and dark', () => {
  expect(files.length).toBeGreaterThan(4);
  for (const file of files) {
    const bytes = readFileSync(join(IMAGES, file));
    expect([file, bytes.length < PICTURE_BYTES_MAX]).toEqual([file, true]);
    if (file.endsWith('.svg'))
      expect(bytes.toString()).toContain('@media(prefers-color-scheme:dark)');
    else if (!isDark(file)) expect(files).toContain(file.replace('.', '-dark.'));
  }
});

it('every picture is shown by a document, with a text for those who do not see it', () => {
  const shown = documents().flatMap(({ text }) =>
    [...text.matchAll(/!\[([^\]]*)\]\((?:docs\/)?images\/([^)]+)\)/g)].map(([, alt = '', file]) => {
      expect([file, alt.length > 40]).toEqual([file, true]);
      return file;
    }),
  );
  expect(shown.sort()).toEqual(files.filter((file) => !isDark(file)).sort());
});

it('the drawing of the README moves only for readers who do not mind', () => {
  const svg = readFileSync(join(IMAGES, 'events.svg'), 'utf8');
  expect(svg.length).toBeLessThan(30_000);
  const [still = '', moving = ''] = svg.split('@media(prefers-reduced-motion:no-preference){');
  expect(still).not.toContain('animation:');
  expect(moving).toContain('animation:');
  expect(svg).not.toMatch(/<script|href=|url\(/);
});
