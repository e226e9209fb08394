import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from './blocks.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const rows = read('docs/decisions/0086-building-blocks-that-we-replaced.md')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(1)
  .map((line) => line.split(' | '));

it('says which code or setting stands instead of each building block that we replaced', () => {
  const settings = Object.keys(parse(read('config/defaults.yaml')));
  const isThere = (name: string) => settings.includes(name) || existsSync(join(ROOT, name));
  const named = rows.map(([usual, instead = '']) => {
    const names = [...instead.matchAll(/`((?:src\/|[A-Z]+_)[^`]+)`/g)].map(([, name = '']) => name);
    return [usual, names.length > 0 && names.every(isThere)];
  });
  expect(named).toHaveLength(13);
  expect(named.filter(([, isNamed]) => !isNamed)).toEqual([]);
});

it('gives the meanings that the lists of codes have', () => {
  expect(read('src/adapters/usps/codes.csv')).toMatch(
    /^usps_event_code,03,"?accepted or picked up/m,
  );
  expect(read('src/adapters/dhl/codes.csv')).toMatch(
    /^dhl_express_checkpoint,DF,Depart facility,/m,
  );
});
