import { describe, expect, it } from 'vitest';
import { parseSourcesCsv, sourceFaults } from './code-sources.ts';

const HEADER = 'id,kind,title,url,commit,read_on,codes';
const GOOD = 'manual,official,Manual,https://carrier.com/manual,,2026-12-01,2';
const CODES = [
  { kind: 'event', code: 'A', description: '', sources: ['manual'] },
  { kind: 'event', code: 'B', description: '', sources: ['manual', 'manual'] },
];

describe('the register of sources', () => {
  it('matches a list whose every code names a source, and whose sources are complete', () => {
    const sources = parseSourcesCsv(`${HEADER}\n${GOOD}\n`);
    expect(sources[0]).toMatchObject({ id: 'manual', readOn: '2026-12-01', codes: 2 });
    expect(sourceFaults(CODES, sources)).toEqual([]);
  });

  it.each([
    ['', 'event A: source "manual" is not in sources.csv'],
    [GOOD.replace('official', 'hearsay'), 'manual: expected official or independent'],
    [GOOD.replace('Manual', ''), 'manual: has no title'],
    [GOOD.replace('2026-12-01', 'today'), 'read_on, found "today"'],
    [GOOD.replace(/2$/, '3'), 'manual: lists 3 codes; codes.csv has 2'],
    [GOOD.replace(/2$/, ''), 'manual: lists NaN codes; codes.csv has 2'],
    [`${GOOD}\n${GOOD}`, 'sources.csv has an id twice'],
  ])('with the row %j is faulty', (rows, fault) => {
    const faults = sourceFaults(CODES, parseSourcesCsv(`${HEADER}\n${rows}\n`));
    expect(faults.join('; ')).toContain(fault);
  });

  it('reports a code that names no source', () => {
    const code = { kind: 'event', code: 'C', description: '', sources: [] };
    expect(sourceFaults([...CODES, code], parseSourcesCsv(`${HEADER}\n${GOOD}\n`))).toEqual([
      'event C: names no source',
    ]);
  });
});
