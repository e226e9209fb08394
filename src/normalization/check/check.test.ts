import { describe, expect, it } from 'vitest';
import { READ_STATUSES } from '../../kernel/status.ts';
import { documentationOf } from '../carrier-documentation.ts';
import { compileMapping } from '../mapping/mapping.ts';
import type { MappedCarrier } from '../mapping/rule.ts';

const FILE = 'config/acme.yaml';

const DECLARED = {
  name: 'acme',
  matchKeys: ['event', 'exception', 'service', 'words'],
  matchOrder: [['event', 'exception'], ['service', 'event'], ['event'], ['exception'], ['words']],
  corrections: [],
  returnCancelled: [],
  codeKinds: {
    events: [{ key: 'event' }],
    exceptions: [{ key: 'exception' }],
    express: [{ key: 'event', with: { service: 'express' } }],
  },
};

const listed = (kind: string, codes: string) =>
  codes.split(' ').map((code) => ({ kind, code, description: '' }));

const ACME: MappedCarrier = {
  ...DECLARED,
  documentation: documentationOf(
    DECLARED,
    [
      ...listed('events', 'DL OD DE IT'),
      ...listed('exceptions', '07 08'),
      ...listed('express', 'XA'),
    ],
    { reasons: { refused: 'refused' }, milestones: {}, texts: {} },
  ),
};

const FIRST_RULES = [
  '  - { match: { event: DL }, status: delivered }',
  '  - { match: { event: OD }, status: out_for_delivery }',
  '  - { match: { exception: "07" }, status: exception, reason: refused }',
];
/** The line of a planted rule. */
const PLANTED = 6;

function mappingText(planted: string): string {
  return [
    'carrier: acme',
    'rules:',
    ...FIRST_RULES,
    `  - ${planted}`,
    'tests:',
    '  - { given: { event: DL }, then: { status: delivered } }',
    '',
  ].join('\n');
}

function problemsOf(text: string, carrier = ACME) {
  const outcome = compileMapping(text, FILE, carrier);
  return outcome.ok ? outcome.warnings : outcome.problems;
}

const DEFECTS: readonly {
  readonly name: string;
  readonly rule: string;
  readonly severity: 'error' | 'warning';
  readonly found: RegExp;
  readonly fix: RegExp;
}[] = [
  {
    name: 'a code that no document lists',
    rule: '{ match: { event: ZZZ9 }, status: none }',
    severity: 'warning',
    found: /event "ZZZ9"/,
    fix: /codes\.csv or end the line with "# unlisted:"/,
  },
  {
    name: 'a value beside the code that no document lists',
    rule: '{ match: { service: nosuch, event: DL }, status: none }',
    severity: 'warning',
    found: /service "nosuch"/,
    fix: /codes\.csv/,
  },
  {
    name: 'a code in another case',
    rule: '{ match: { event: it }, status: in_transit }',
    severity: 'error',
    found: /event "it" is not documented, only "IT"/,
    fix: /Write event: "IT"/,
  },
  {
    name: 'a code with blanks around it',
    rule: '{ match: { event: "IT " }, status: in_transit }',
    severity: 'error',
    found: /event "IT " is not documented, only "IT"/,
    fix: /Write event: "IT"/,
  },
  {
    name: 'blanks around a value without a list',
    rule: '{ match: { words: " Held" }, status: in_transit }',
    severity: 'error',
    found: /words " Held" has spaces around it/,
    fix: /Write words: "Held"/,
  },
  {
    name: 'a combination that is never looked up',
    rule: '{ match: { event: DE, words: Held }, status: none }',
    severity: 'error',
    found: /event \+ words is never looked up/,
    fix: /Use one of: event \+ exception; /,
  },
  {
    name: 'a rule that says the same as the more general one',
    rule: '{ match: { event: OD, exception: "07" }, status: out_for_delivery }',
    severity: 'warning',
    found: /says the same as { event: "OD" } in line 4/,
    fix: /Remove it/,
  },
  {
    name: 'an equal rule',
    rule: '{ match: { event: OD }, status: none }',
    severity: 'error',
    found: /already has a rule in line 4/,
    fix: /Keep one/,
  },
  {
    name: 'a status that there is not',
    rule: '{ match: { event: IT }, status: transit }',
    severity: 'error',
    found: /rules\[3\]\.status is "transit"/,
    fix: new RegExp(READ_STATUSES.join(', ')),
  },
  {
    name: 'hidden where the fact steers',
    rule: '{ match: { event: IT }, status: in_transit, hidden: true }',
    severity: 'error',
    found: /hidden is for facts without effect on the status/,
    fix: /Remove hidden/,
  },
  {
    name: 'a delivery that nobody has judged',
    rule: '{ match: { event: IT }, status: delivered, reviewed: false }',
    severity: 'error',
    found: /nobody has reviewed must not say delivered/,
    fix: /remove reviewed: false/,
  },
  {
    name: 'a return that nobody has judged',
    rule: '{ match: { event: IT }, status: returned_to_sender, reviewed: false }',
    severity: 'error',
    found: /nobody has reviewed must not say returned_to_sender/,
    fix: /remove reviewed: false/,
  },
  {
    name: 'a reason without words',
    rule: '{ match: { event: IT }, status: exception, reason: nope }',
    severity: 'warning',
    found: /no text for the reason "nope"/,
    fix: /under reasons in config\/messages\/en\/status\.yaml/,
  },
  {
    name: 'a milestone without words',
    rule: '{ match: { event: IT }, status: in_transit, milestone: nope }',
    severity: 'warning',
    found: /no text for the milestone "nope"/,
    fix: /under milestones/,
  },
  {
    name: 'a text without words',
    rule: '{ match: { event: IT }, status: in_transit, text: nope }',
    severity: 'warning',
    found: /no text for the text "nope"/,
    fix: /under texts/,
  },
];

describe('the check of a mapping', () => {
  it.each(DEFECTS)('finds $name, with file, line and fix', ({ rule, severity, found, fix }) => {
    const problems = problemsOf(mappingText(rule));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ file: FILE, line: PLANTED, severity });
    expect(problems[0]?.column).toBeGreaterThan(0);
    expect(problems[0]?.found).toMatch(found);
    expect(problems[0]?.fix).toMatch(fix);
  });

  it('finds a rule that another always beats', () => {
    const coarseFirst = { ...ACME, matchOrder: [['event'], ['event', 'exception']] };
    const rule = '{ match: { event: OD, exception: "08" }, status: none }';
    const problems = problemsOf(mappingText(rule).replace(/.*"07".*\n/, ''), coarseFirst);
    expect(problems).toMatchObject([{ line: PLANTED - 1, severity: 'error' }]);
    expect(problems[0]?.found).toContain('{ event: "OD" } in line 4 always wins');
  });

  it('counts a rule as needed if another code beside it would change the result', () => {
    const between = {
      ...ACME,
      matchOrder: [['service', 'event'], ['exception'], ['event'], ['service']],
    };
    const planted = [
      '{ match: { event: IT }, status: in_transit }',
      '  - { match: { service: express, event: IT }, status: in_transit } # unlisted: met in March',
      '  - { match: { service: express, event: OD }, status: in_transit } # unlisted: met in March',
    ].join('\n');
    expect(problemsOf(mappingText(planted), between)).toEqual([]);
    const alike = mappingText(planted).replace(/.*"07".*\n/, '');
    expect(problemsOf(alike, between)).toMatchObject([
      { line: PLANTED, found: expect.stringContaining('says the same as { event: "IT" }') },
    ]);
  });

  it('finds a code beside one that the documentation does not list it with', () => {
    const elsewhere = documentationOf(
      { ...DECLARED, codeKinds: { a: eventsOf('a'), b: eventsOf('b') } },
      [...listed('a', 'XA'), ...listed('b', 'XB')],
      null,
    );
    const rule = '{ match: { service: b, event: XA }, status: none }';
    const text = `carrier: acme\nrules:\n  - ${rule}\ntests:\n  - { given: { service: b, event: XA }, then: { status: none } }\n`;
    const [problem, ...more] = problemsOf(text, { ...ACME, documentation: elsewhere });
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ line: 3, severity: 'warning' });
    expect(problem?.found).toContain('lists event "XA" only with { service: "a" }');
  });

  it('accepts an unlisted code when the line gives a reason', () => {
    const rule = '{ match: { event: ZZZ9 }, status: none }';
    expect(problemsOf(mappingText(`${rule} # unlisted: met in March`))).toEqual([]);
    expect(problemsOf(mappingText(`${rule} # some remark`))).toHaveLength(1);
    expect(problemsOf(mappingText(`${rule} # unlisted:`))).toHaveLength(1);
  });

  it('keeps a redundant rule that is the only one to name a value', () => {
    const rule = '{ match: { event: OD, exception: "08" }, status: out_for_delivery }';
    expect(problemsOf(mappingText(rule))).toEqual([]);
  });

  it('reports failing tests together with all other problems', () => {
    const text = mappingText('{ match: { event: IT }, status: transit }').replace(
      'then: { status: delivered }',
      'then: { status: none }',
    );
    expect(problemsOf(text).map(({ line, found }) => `${line} ${found}`)).toEqual([
      '6 rules[3].status is "transit".',
      expect.stringMatching(
        /^8 Test failed: \{ event: "DL" \} reads as status delivered, not none/,
      ),
    ]);
  });

  it('does not blame a test for the rule that is broken', () => {
    for (const broken of [
      '{ match: { event: IT }, status: transit }',
      '{ match: { event: 07 } }',
    ]) {
      const code = broken.includes('07') ? 'event: "07"' : 'event: IT';
      const test = `  - { given: { ${code} }, then: { status: in_transit } }\n`;
      const found = problemsOf(mappingText(broken) + test).map((problem) => problem.found);
      expect(
        found.filter((each) => each.startsWith('Test failed')),
        broken,
      ).toEqual([]);
    }
  });

  it('names the codes of a test that no fact has, even if the test would pass', () => {
    const text = mappingText('{ match: { event: DE }, status: exception }').replace(
      '{ event: DL }, then: { status: delivered }',
      '{ event: DE, evnt: DL }, then: { status: exception }',
    );
    expect(problemsOf(text)).toEqual([
      {
        file: FILE,
        line: PLANTED + 2,
        column: 27,
        severity: 'error',
        found: 'acme has no match key evnt.',
        fix: 'Use event, exception, service, words.',
      },
    ]);
  });

  it('warns of an overlay’s rule that changes nothing', () => {
    const base = compileMapping(
      mappingText(FIRST_RULES[2]?.replace('  - ', '').replace('07', '08') ?? ''),
      FILE,
      ACME,
    );
    if (!base.ok) throw new Error(JSON.stringify(base.problems));
    const text = 'carrier: acme\nrules:\n  - { match: { event: OD }, status: out_for_delivery }\n';
    const outcome = compileMapping(text, 'overlay.yaml', ACME, base.mapping);
    expect(outcome.ok && outcome.warnings).toMatchObject([
      { file: 'overlay.yaml', line: 3, found: expect.stringContaining(`line 4 of ${FILE}`) },
    ]);
  });

  it('compiles without documentation, and then gives no warnings', () => {
    expect(problemsOf(mappingText('{ match: { event: ZZZ9 }, status: none }'), DECLARED)).toEqual(
      [],
    );
  });
});

function eventsOf(service: string) {
  return [{ key: 'event', with: { service } }];
}
