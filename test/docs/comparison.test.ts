import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadAdapters } from '../../src/adapters/index.ts';
import { ROOT } from './blocks.ts';

const text = readFileSync(join(ROOT, 'docs/comparison.md'), 'utf8');

it('counts our own carriers and bridges correctly', async () => {
  const manifests = (await loadAdapters()).list().map(({ manifest }) => manifest);
  const bridges = manifests.filter(({ role }) => role === 'bridge').length;
  const carriers = manifests.filter(
    ({ name, role = 'carrier' }) => role === 'carrier' && name !== 'sandbox',
  ).length;
  expect(text).toContain(`[${carriers}, and ${bridges} bridges](carriers.md)`);
});

it('names a source with its day for each fact about others, and every source is used', () => {
  const [body = '', sources = ''] = text.split('## Sources');
  const cited = new Set([...body.matchAll(/\[(\d+)\]/g)].map(([, number]) => number));
  const listed = sources.split(/^(?=\d+\. )/m).slice(1);
  expect([...cited].sort()).toEqual(listed.map((_, index) => String(index + 1)).sort());
  for (const source of listed) expect(source).toMatch(/20\d\d-\d\d-\d\d/);
});
