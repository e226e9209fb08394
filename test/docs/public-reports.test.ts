import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './blocks.ts';

const FOLDER = join(ROOT, 'docs/research');

it('every test beside a public report exists, in the file that is linked', () => {
  const text = readFileSync(join(FOLDER, 'public-reports.md'), 'utf8');
  const named = [...text.matchAll(/\[([^\]]+)\]\((\.\.\/\.\.\/[^)]+\.test\.ts)\)/g)];
  expect(named.length).toBeGreaterThan(60);
  const missing = named.filter(
    ([, title = '', path = '']) => !readFileSync(join(FOLDER, path), 'utf8').includes(`'${title}'`),
  );
  expect(missing.map(([whole]) => whole)).toEqual([]);
});
