import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { READ_STATUSES } from '../../kernel/status.ts';
import { theirs as subtags } from './aftership/subtags.ts';
import { easypostWords } from './easypost/tracker.ts';
import { failedTests, readVocabulary } from './vocabulary.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'vocabulary-'));
afterAll(() => rmSync(folder, { recursive: true }));

const theirs = z.strictObject({ tag: z.enum(['Moving', 'Held', 'There']) });
const EACH = READ_STATUSES.map(
  (status) => `  - { ours: { status: ${status} }, theirs: { tag: Moving } }`,
).join('\n');

let count = 0;
function fileWith(text: string): URL {
  count += 1;
  const file = path.join(folder, `${count}.yaml`);
  writeFileSync(file, text);
  return pathToFileURL(file);
}

const complete = (rules: string, tests: string) =>
  `statuses:\n${rules}\n${EACH}\ncarriers:\n  acme: [Acme, AcmeExpress]\n  test: [acme]\ntests:\n${tests}\n`;

describe('a vocabulary', () => {
  it('is refused with file and line for a word that the service does not have', () => {
    const text = complete(
      '  - { ours: { status: delivered }, theirs: { tag: Lost } }',
      '  - { ours: { status: none }, theirs: { tag: Moving } }',
    );
    expect(() => readVocabulary('acme', theirs, fileWith(text))).toThrow(
      /\.yaml:2:\d+: statuses\.0\.theirs\.tag: /,
    );
  });

  it('is refused when a status has no words without a reason', () => {
    const rule = '  - { ours: { status: delivered, reason: neighbour }, theirs: { tag: There } }';
    const text = `statuses:\n${rule}\ncarriers: {}\ntests:\n${rule}\n`;
    expect(() => readVocabulary('acme', theirs, fileWith(text))).toThrow(
      'add a rule for delivered without a reason or a milestone',
    );
  });

  it('reports each of its tests that fails', () => {
    const text = complete(
      '  - { ours: { status: in_transit, reason: [held, customs_hold] }, theirs: { tag: Held } }',
      [
        '  - { ours: { status: in_transit, reason: customs_hold }, theirs: { tag: Held } }',
        '  - { ours: { status: in_transit }, theirs: { tag: Held } }',
        '  - { ours: { status: delivered }, theirs: { tag: There } }',
      ].join('\n'),
    );
    expect(failedTests('acme', theirs, fileWith(text))).toEqual([
      expect.stringContaining('tests.1: {"status":"in_transit","reason":null,"milestone":null}'),
      expect.stringContaining('tests.2: '),
    ]);
  });

  it('uses the first rule that applies', () => {
    const text = complete(
      '  - { ours: { status: in_transit, milestone: arrived }, theirs: { tag: Held } }\n  - { ours: { status: in_transit }, theirs: { tag: There } }',
      '  - { ours: { status: none }, theirs: { tag: Moving } }',
    );
    const { wordsFor } = readVocabulary('acme', theirs, fileWith(text));
    const given = { status: 'in_transit', reason: null } as const;
    expect(wordsFor({ ...given, milestone: 'arrived' })).toEqual({ tag: 'Held' });
    expect(wordsFor({ ...given, milestone: 'departed' })).toEqual({ tag: 'There' });
  });

  it('sends the first name of a carrier and accepts all, in any case', () => {
    const text = complete('', '  - { ours: { status: none }, theirs: { tag: Moving } }');
    const vocabulary = readVocabulary('acme', theirs, fileWith(text.replace('\n\n', '\n')));
    expect(vocabulary.nameOf('acme')).toBe('Acme');
    expect(vocabulary.nameOf('constructor')).toBeNull();
    expect(vocabulary.carriersNamed('ACMEEXPRESS')).toEqual(['acme']);
    expect(vocabulary.carriersNamed('ACME')).toEqual(['acme', 'test']);
    expect(vocabulary.carriersNamed('constructor')).toEqual([]);
  });
});

describe('the way back from a service', () => {
  it('every word of EasyPost and AfterShip that the hub sends has a situation with that word', () => {
    expect(lostWords('easypost', easypostWords)).toEqual([]);
    expect(lostWords('aftership', subtags)).toEqual([]);
  });

  it('takes the plain rule first, then the first reason of a rule', () => {
    const { situationFor } = readVocabulary('aftership', subtags);
    const read = (word: string) => situationFor((theirs) => theirs === word);
    expect(read('InTransit_003')).toEqual({ status: 'at_facility', reason: null, milestone: null });
    expect(read('Exception_013')).toEqual({ status: 'exception', reason: 'lost', milestone: null });
    expect(read('InTransit_013')).toBeNull();
  });
});

/** The words in rules for which other words would be sent, after the way to the hub and back. */
function lostWords<Theirs>(service: string, words: z.ZodType<Theirs>): readonly Theirs[] {
  const file = new URL(`../../../config/compat/${service}.yaml`, import.meta.url);
  const { statuses } = rulesIn.parse(parse(readFileSync(file, 'utf8')));
  const { wordsFor, situationFor } = readVocabulary(service, words);
  expect(statuses.length).toBeGreaterThan(READ_STATUSES.length);
  return statuses
    .map(({ theirs }) => words.parse(theirs))
    .filter((theirs) => {
      const found = situationFor((each) => isDeepStrictEqual(each, theirs));
      return found === null || !isDeepStrictEqual(wordsFor(found), theirs);
    });
}

const rulesIn = z.object({ statuses: z.array(z.object({ theirs: z.unknown() })) });
