import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { wireTypes } from '../tools/wire-types.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = await wireTypes(root);

describe('wire types', () => {
  it('are made for some carrier, so that the tests below mean something', () => {
    expect(files.length).toBeGreaterThan(0);
  });

  it.each(
    files.map(({ path, content }) => [
      join(basename(dirname(path)), basename(path)),
      path,
      content,
    ]),
  )('%s is what its description makes it; if not, run "npm run generate"', (_, path, content) => {
    expect(readFileSync(path, 'utf8')).toBe(content);
  });
});
