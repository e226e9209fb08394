import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const textOf = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

it('docs/retention.md covers the rows of every table, and no others', () => {
  const schema = textOf('migrations/schema.sql');
  const tables = [...schema.matchAll(/^create table (\w+) \(/gm)].map(([, name]) => name);
  const guide = textOf('docs/retention.md');
  const listed = guide
    .slice(guide.indexOf('## Every table'))
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`(\w+)`/g)])
    .map(([, name]) => name);
  expect(tables.length).toBeGreaterThan(50);
  expect(listed.sort()).toEqual(tables.sort());
});
