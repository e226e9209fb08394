import { describe, expect, it } from 'vitest';
import { parseCodesCsv } from './codes-csv.ts';
import { documentedCoverage, storedCoverage } from './coverage.ts';
import { compileMapping, emptyMapping } from './mapping/mapping.ts';
import type { MappedCarrier } from './mapping/rule.ts';

const ACME: MappedCarrier = {
  name: 'acme',
  matchKeys: ['type', 'code'],
  matchOrder: [['type', 'code'], ['type']],
  corrections: [],
  returnCancelled: [],
};

const CODE_KINDS = {
  letters: [
    { key: 'code', with: { type: 'D' } },
    { key: 'code', with: { type: 'X' } },
  ],
  types: [{ key: 'type' }],
};

const outcome = compileMapping(
  `carrier: acme
rules:
  - { match: { type: D, code: "48" }, status: delivery_attempted }
  - { match: { type: X, code: "49" }, status: none }
  - { match: { type: X, code: OK }, status: exception, reviewed: false }
  - { match: { type: I, code: ZZ }, status: in_transit }
  - { match: { type: X }, status: exception }
tests:
  - { given: { type: X }, then: { status: exception } }
`,
  'acme.yaml',
  ACME,
);
if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
const { mapping } = outcome;

describe('reading a list of codes', () => {
  it('refuses a file that is no code list, naming the column', () => {
    expect(() => parseCodesCsv('code,description\nA,B\n')).toThrow('no column code_kind');
    expect(() => parseCodesCsv('')).toThrow('no column code_kind');
  });

  it('reads quotes, commas, line ends of either kind, and preserves zeros', () => {
    const text =
      'code_kind,code,description,reviewed_by,reviewed_on,sources,unknown\r\n' +
      'letters,007,"a ""b"", c\nd",Ada Jones,2026-11-20,x\n' +
      '\n' +
      'letters,"Delivered, To Agent",,,,x y,no text';
    expect(parseCodesCsv(text)).toEqual([
      {
        kind: 'letters',
        code: '007',
        description: 'a "b", c\nd',
        reviewedBy: 'Ada Jones',
        reviewedOn: '2026-11-20',
        sources: ['x'],
      },
      {
        kind: 'letters',
        code: 'Delivered, To Agent',
        description: '',
        sources: ['x', 'y'],
        unknown: 'no text',
      },
    ]);
  });
});

describe('coverage of documented codes', () => {
  const REVIEW = { reviewedBy: 'Ada Jones', reviewedOn: '2026-11-20' };
  const row = (kind: string, code: string) => ({ kind, code, description: '', ...REVIEW });

  it('has no share when nothing is documented', () => {
    expect(documentedCoverage(mapping, [], CODE_KINDS)).toEqual({
      codes: 0,
      mapped: 0,
      reviewed: 0,
      share: null,
      aside: 0,
      unknown: 0,
      confirmed: 0,
      unmapped: [],
      denied: [],
      reviews: [],
      reviewFaults: [],
    });
  });

  it('counts a code as reviewed only if the list names who reviewed it and when', () => {
    const { reviewedBy: _, reviewedOn: __, ...unreviewed } = row('letters', '49');
    const rows = [
      row('letters', '48'),
      { ...row('letters', '49'), reviewedBy: 'Ben Okri', reviewedOn: '2026-11-21' },
      row('types', 'X'),
      // Without its mark, a rule is not reviewed yet: a regular expression can remove every mark.
      unreviewed,
      // Not mapped, and so not reviewed.
      row('letters', '50'),
    ];
    expect(documentedCoverage(mapping, rows, CODE_KINDS)).toMatchObject({
      mapped: 4,
      reviewed: 3,
      reviews: [
        { by: 'Ada Jones', on: '2026-11-20', codes: 2 },
        { by: 'Ben Okri', on: '2026-11-21', codes: 1 },
      ],
      reviewFaults: [],
    });
  });

  it.each([
    [{ reviewedBy: 'true', reviewedOn: '2026-11-20' }, 'reviewed_by, found "true"'],
    [{ reviewedBy: 'x', reviewedOn: '2026-11-20' }, 'reviewed_by, found "x"'],
    [{ reviewedBy: '2026-11-20', reviewedOn: 'Ada Jones' }, 'reviewed_by, found "2026-11-20"'],
    [{ reviewedOn: '2026-11-20' }, 'reviewed_by, found ""'],
    [{ reviewedBy: 'Ada Jones' }, 'reviewed_on, found ""'],
    [{ reviewedBy: 'Ada Jones', reviewedOn: '20.11.2026' }, 'reviewed_on, found "20.11.2026"'],
    [{ reviewedBy: 'Ada Jones', reviewedOn: '2026-02-30' }, 'reviewed_on, found "2026-02-30"'],
  ])('does not count the review %o, and says why', (review, why) => {
    const rows = [{ kind: 'letters', code: '48', description: '', ...review }];
    const { reviewed, reviewFaults } = documentedCoverage(mapping, rows, CODE_KINDS);
    expect([reviewed, reviewFaults]).toEqual([0, [expect.stringContaining(why)]]);
    expect(reviewFaults[0]).toContain('letters 48');
  });

  it('counts a code mapped to none on purpose, and no code matched only by its type', () => {
    const rows = [row('letters', '48'), row('letters', '49'), row('letters', '50')];
    expect(documentedCoverage(mapping, rows, CODE_KINDS)).toMatchObject({
      codes: 3,
      mapped: 2,
      reviewed: 2,
      share: 2 / 3,
      unmapped: [{ kind: 'letters', code: '50' }],
    });
  });

  it('counts codes of unknown meaning as mapped up to a twentieth of the union', () => {
    const unknown = (code: string) => ({
      ...row('letters', code),
      unknown: 'no source explains it',
    });
    const rows = [...Array<string>(38).fill('48'), '49'].map((code) => row('letters', code));
    const both = { ...unknown('60'), sources: ['a', 'b'] };
    const once = { ...unknown('61'), sources: ['a', 'a'] };
    expect(documentedCoverage(mapping, [...rows, both], CODE_KINDS)).toMatchObject({
      codes: 40,
      mapped: 40,
      reviewed: 40,
      unknown: 1,
      confirmed: 1,
    });
    expect(
      documentedCoverage(mapping, [...rows, both, once, unknown('62')], CODE_KINDS),
    ).toMatchObject({
      codes: 42,
      mapped: 41,
      unknown: 2,
      confirmed: 1,
      unmapped: [{ code: '62' }],
    });
  });

  it('does not count the rule of another list as its own', () => {
    const found = documentedCoverage(mapping, [row('letters', 'ZZ')], CODE_KINDS);
    expect(found).toMatchObject({ codes: 1, mapped: 0 });
  });

  it('does not count a code whose rule is marked as not reviewed', () => {
    const rows = [row('letters', 'OK'), row('types', 'X')];
    // Rules for X with a code do not count against the rule for X alone.
    expect(documentedCoverage(mapping, rows, CODE_KINDS)).toMatchObject({ mapped: 2, reviewed: 1 });
  });

  it('doubts a delivery that the carrier’s own words deny', () => {
    const said = (code: string, description: string) => ({ kind: 'letters', code, description });
    const yaml =
      'carrier: acme\nrules:\n  - { match: { type: D, code: DL }, status: delivered }\n' +
      '  - { match: { type: D, code: DN }, status: exception }\n' +
      'tests:\n  - { given: { type: D, code: DN }, then: { status: exception } }\n';
    const compiled = compileMapping(yaml, 'acme.yaml', ACME);
    const denied = (code: string, description: string): number | null =>
      compiled.ok
        ? documentedCoverage(compiled.mapping, [said(code, description)], CODE_KINDS).denied.length
        : null;
    for (const words of [
      'Could not be delivered to the chosen place',
      'Not delivered: the address was inaccessible',
      'Returned to the sender',
      'Delivered back to the sender',
      'Undeliverable as addressed',
      'Due to be delivered today',
      'Unable to deliver',
    ]) {
      expect([words, denied('DL', words)]).toEqual([words, 1]);
    }
    for (const words of [
      'Delivered',
      'Delivered, not signed for',
      'Second delivery attempt successful',
    ]) {
      expect([words, denied('DL', words)]).toEqual([words, 0]);
    }
    expect(denied('DN', 'Not delivered')).toBe(0);
  });

  it('sets aside lists that name no code of a fact', () => {
    const rows = [row('letters', '48'), row('error_code', 'E1')];
    expect(documentedCoverage(mapping, rows, CODE_KINDS)).toMatchObject({ codes: 1, aside: 1 });
    expect(documentedCoverage(mapping, rows)).toMatchObject({ codes: 0, aside: 2 });
  });
});

describe('coverage of received codes', () => {
  it('counts codes that a rule names, not those that a coarser rule caught', () => {
    const codes = [{ type: 'D', code: '48' }, { type: 'X', code: 'NEW' }, { type: 'Q' }];
    expect(storedCoverage(mapping, codes)).toEqual({
      codes: 3,
      mapped: 1,
      reviewed: 1,
      share: 1 / 3,
    });
    expect(storedCoverage(emptyMapping(ACME), [])).toEqual({
      codes: 0,
      mapped: 0,
      reviewed: 0,
      share: null,
    });
  });
});
