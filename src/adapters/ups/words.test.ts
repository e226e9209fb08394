import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compileMapping, parseCodesCsv, readFact } from '../../normalization/index.ts';
import type { CodeMatch } from '../contract/contract.ts';
import { manifest } from './manifest.ts';
import { codesOfWords, fold, SCANS, SHOWN, STATUSES } from './words.ts';

const ROOT = new URL('../../../', import.meta.url);
const MAPPING = compileMapping(
  readFileSync(new URL('config/carrier-mappings/ups.yaml', ROOT), 'utf8'),
  'ups.yaml',
  manifest,
);

function statusOf(codes: CodeMatch | null): string {
  if (!MAPPING.ok || codes === null) throw new Error('no mapping or no codes');
  return readFact(MAPPING.mapping, { codes, logical: false }).status;
}

/** The statuses of all documented codes by their description, in whichever list. */
function documentedStatuses(): ReadonlyMap<string, ReadonlySet<string>> {
  const byWords = new Map<string, Set<string>>();
  const text = readFileSync(new URL('src/adapters/ups/codes.csv', ROOT), 'utf8');
  for (const { kind, code, description } of parseCodesCsv(text)) {
    const statuses = byWords.get(fold(description)) ?? new Set();
    byWords.set(fold(description), statuses);
    for (const { key, with: beside = {} } of manifest.codeKinds?.[kind] ?? []) {
      statuses.add(statusOf({ ...beside, [key]: code }));
    }
  }
  return byWords;
}

it('a wording means the same as all documented codes with that description', () => {
  const documented = documentedStatuses();
  for (const [, words] of [...STATUSES, ...SCANS]) {
    expect([words, ...(documented.get(fold(words)) ?? [])]).toEqual([
      words,
      statusOf(codesOfWords(words)),
    ]);
  }
});

it('wordings that only answers show are no delivery and contradict no document', () => {
  const documented = documentedStatuses();
  for (const [codes, words] of SHOWN) {
    expect(codesOfWords(words)).toEqual(codes);
    expect(statusOf(codes)).not.toBe('delivered');
    for (const status of documented.get(fold(words)) ?? []) expect(statusOf(codes)).toBe(status);
  }
});

it('two wordings are a delivery, and nothing that only begins or ends like them', () => {
  const delivered = [...STATUSES, ...SCANS].flatMap(([, words]) =>
    statusOf(codesOfWords(words)) === 'delivered' ? [words] : [],
  );
  expect(delivered).toEqual(['Delivered', 'Delivered by Local Post Office']);
  for (const words of [
    'Delivered to Agent',
    'Delivered, To Agent',
    'Package Delivered To Original Sender',
    'Will be delivered',
    'Not delivered',
    'Delivery',
    '',
  ]) {
    expect([words, codesOfWords(words)]).toEqual([words, null]);
  }
});

it('case, blanks and punctuation of a wording do not matter', () => {
  expect(codesOfWords(' OUT  FOR DELIVERY ')).toEqual({ status3: '021' });
  expect(codesOfWords('Delay - Severe weather')).toEqual(codesOfWords('Delay: Severe Weather'));
  expect(codesOfWords(undefined)).toBeNull();
});
