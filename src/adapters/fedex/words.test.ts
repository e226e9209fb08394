import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compileMapping, parseCodesCsv, readFact } from '../../normalization/index.ts';
import type { CodeMatch } from '../contract/contract.ts';
import { manifest } from './manifest.ts';
import { DOCUMENTED, eventOfWords, fold, SHOWN } from './words.ts';

const ROOT = new URL('../../../', import.meta.url);
const MAPPING = compileMapping(
  readFileSync(new URL('config/carrier-mappings/fedex.yaml', ROOT), 'utf8'),
  'fedex.yaml',
  manifest,
);

function statusOf(codes: CodeMatch): string {
  if (!MAPPING.ok) throw new Error('no mapping');
  return readFact(MAPPING.mapping, { codes, logical: false }).status;
}

/** The statuses of all documented codes by their description, in whichever list. */
function documentedStatuses(): ReadonlyMap<string, ReadonlySet<string>> {
  const byWords = new Map<string, Set<string>>();
  const text = readFileSync(new URL('src/adapters/fedex/codes.csv', ROOT), 'utf8');
  for (const { kind, code, description } of parseCodesCsv(text)) {
    const statuses = byWords.get(fold(description)) ?? new Set();
    byWords.set(fold(description), statuses);
    for (const { key, with: beside = {} } of manifest.codeKinds?.[kind] ?? []) {
      statuses.add(statusOf({ ...beside, [key]: code }));
    }
  }
  return byWords;
}

it('a wording has one code and means the same as all documented codes with that description', () => {
  const documented = documentedStatuses();
  for (const [event, words] of [...DOCUMENTED, ...SHOWN]) {
    expect(eventOfWords(words)).toBe(event);
    for (const status of documented.get(fold(words)) ?? []) {
      expect([words, statusOf({ event })]).toEqual([words, status]);
    }
  }
  for (const [, words] of DOCUMENTED) expect(documented.has(fold(words))).toBe(true);
});

it('one wording is a delivery, and nothing that only begins or ends like it', () => {
  const delivered = [...DOCUMENTED, ...SHOWN].flatMap(([event, words]) =>
    statusOf({ event }) === 'delivered' ? [words] : [],
  );
  expect(delivered).toEqual(['Delivered']);
  for (const words of [
    'Delivered to sender',
    'Not delivered',
    'Will be delivered',
    'Delivery',
    '',
  ]) {
    expect([words, eventOfWords(words)]).toEqual([words, null]);
  }
});

it('case, blanks and punctuation of a wording do not matter', () => {
  expect(eventOfWords(' OUT  FOR DELIVERY.')).toBe('OD');
  expect(eventOfWords(undefined)).toBeNull();
});
