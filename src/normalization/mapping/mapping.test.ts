import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuMsSince, runs } from '../../kernel/test-runs.ts';
import { anyText } from '../../kernel/test-text.ts';
import { readFact } from '../read-fact.ts';
import { compileMapping } from './mapping.ts';
import type { MappedCarrier, Mapping } from './rule.ts';

const FILE = 'acme.yaml';

const ACME: MappedCarrier = {
  name: 'acme',
  matchKeys: ['event', 'exception', 'derived'],
  matchOrder: [['event', 'exception'], ['event'], ['derived']],
  corrections: [],
  returnCancelled: [],
};

const TESTS = 'tests:\n  - { given: { event: DL }, then: { status: delivered } }\n';

function yaml(rules: string, tests = TESTS): string {
  return `carrier: acme\nrules:\n  - { match: { event: DL }, status: delivered }\n${rules}${tests}`;
}

function problemsOf(text: string, carrier = ACME, base?: Mapping) {
  const outcome = compileMapping(text, FILE, carrier, base);
  return outcome.ok ? [] : outcome.problems;
}

function mappingOf(text: string, base?: Mapping): Mapping {
  const outcome = compileMapping(text, FILE, ACME, base);
  if (!outcome.ok) throw new Error(outcome.problems.map((p) => p.found).join('\n'));
  return outcome.mapping;
}

describe('compiling a mapping', () => {
  it('refuses an empty file, and says what is missing', () => {
    expect(problemsOf('')).toMatchObject([{ file: FILE, line: 1, column: 1 }]);
    expect(problemsOf('carrier: acme\n').map((p) => p.found)).toEqual([
      'rules is missing.',
      'tests is missing.',
    ]);
  });

  it('refuses a file cut short at any character before its tests', () => {
    const text = yaml('  - { match: { event: OD }, status: out_for_delivery }\n');
    const tests = text.indexOf('then:');
    for (let length = 0; length < tests; length += 1) {
      expect(compileMapping(text.slice(0, length), FILE, ACME).ok, text.slice(0, length)).toBe(
        false,
      );
    }
    expect(compileMapping(text, FILE, ACME).ok).toBe(true);
  });

  it('requires quotes around each code that YAML parsers do not read as text', () => {
    for (const code of ['03', '007', 'NO', '1E5', 'y', '0x1F', '12:30', '2026-01-02', '~', '1_0']) {
      const [problem, ...more] = problemsOf(
        yaml(`  - { match: { event: DE, exception: ${code} }, status: exception }\n`),
      );
      expect(more, code).toEqual([]);
      expect(problem, code).toMatchObject({ line: 4, column: 38 });
      expect(problem?.found, code).toContain(`exception: ${code} is not in quotes`);
      expect(problem?.fix, code).toBe(`Write exception: "${code}".`);
    }
  });

  it('accepts codes in quotes, and letters and mixed codes without', () => {
    for (const code of ['"03"', "'NO'", '060G', '2Q', 'A12', 'Ow']) {
      expect(
        problemsOf(yaml(`  - { match: { event: DE, exception: ${code} }, status: exception }\n`)),
      ).toEqual([]);
    }
  });

  it('lists all problems at once, each with line, column and fix, in the order of the file', () => {
    const problems = problemsOf(
      'carrier: other\n' +
        'rules:\n' +
        '  - { match: { event: 07 }, status: exception }\n' +
        '  - { match: { event: DL }, status: delivred }\n' +
        '  - { match: { colour: red }, status: none }\n' +
        '  - { match: { event: OD }, status: none, reasn: x }\n' +
        '  - { match: { event: IT }, status: none, reason: Bad Word }\n' +
        '  - { match: { exception: "03" }, status: none }\n' +
        '  - { match: {}, status: none }\n' +
        '  - { match: { event: ZZ } }\n' +
        'extra: 1\n' +
        'tests: []\n',
    );
    expect(problems.map(({ line, column, found }) => `${line}:${column} ${found}`)).toEqual([
      '1:10 carrier is "other", but this file is for acme.',
      expect.stringContaining('3:23 event: 07 is not in quotes'),
      '4:37 rules[1].status is "delivred".',
      '5:5 acme has no match key colour.',
      '6:43 Unknown key "reasn" in rules[3].',
      '7:51 rules[4].reason is "Bad Word".',
      '8:5 The combination exception is never looked up.',
      '9:14 rules[6].match is {}: no keys.',
      '10:5 rules[7].status is missing.',
      '11:1 Unknown key "extra".',
      '12:1 There are no tests.',
    ]);
    expect(problems.every(({ fix }) => fix.length > 0)).toBe(true);
  });

  it('refuses two rules for the same codes and names the line of the first', () => {
    const problems = problemsOf(
      yaml(
        '  - { match: { event: DE, exception: "03" }, status: exception }\n' +
          '  - { match: { exception: "03", event: DE }, status: none }\n',
      ),
    );
    expect(problems).toMatchObject([{ line: 5, fix: 'Keep one of the two.' }]);
    expect(problems[0]?.found).toContain('already has a rule in line 4');
  });

  it('refuses a rule that can never win', () => {
    const coarseFirst = { ...ACME, matchOrder: [['event'], ['event', 'exception']] };
    const text = yaml('  - { match: { event: DL, exception: "014" }, status: delivered }\n');
    expect(problemsOf(text, coarseFirst)[0]?.found).toContain('never matches');
    expect(problemsOf(text)).toEqual([]);
  });

  it('refuses anchors, aliases, tags, several documents and repeated keys', () => {
    for (const text of [
      yaml('  - &a { match: { event: OD }, status: none }\n'),
      `${yaml('')}bomb: [*a, *a]\n`,
      yaml('  - { match: { event: !!str 03 }, status: none }\n'),
      `${yaml('')}---\n${yaml('')}`,
      yaml('  - { match: { event: OD }, status: none, status: delivered }\n'),
    ]) {
      expect(problemsOf(text).length, text).toBeGreaterThan(0);
    }
  });

  it('names each duplicate key of a map, and only a few unknown keys', () => {
    const twice = yaml(
      '  - { match: { event: OD, event: DL }, status: none, status: delivered }\n',
    );
    expect(problemsOf(twice)).toMatchObject([
      { line: 4, column: 27, found: 'Map keys must be unique.' },
      { line: 4, column: 54, found: 'Map keys must be unique.' },
    ]);
    // Comparing each of these keys with all others would take seconds.
    const many = Array.from({ length: 10_000 }, (_, index) => `key${index}: 1\n`).join('');
    const found = problemsOf(`${yaml('')}${many}`);
    expect(found.length).toBeLessThan(30);
    expect(found.some((problem) => problem.found === 'Unknown key "key0".')).toBe(true);
  });

  it('refuses rules over several lines, so that a diff and a problem name one line', () => {
    const block = yaml('  - match: { event: OD }\n    status: out_for_delivery\n');
    expect(problemsOf(block)[0]?.found).toBe('rules[1] is not one line in flow style.');
  });

  it('refuses tests that are not last, because a file cut short would look whole', () => {
    const text = `carrier: acme\n${TESTS}rules:\n  - { match: { event: DL }, status: delivered }\n`;
    expect(problemsOf(text)[0]?.found).toBe('tests is not the last key of the file.');
  });

  it('refuses files and rule lists beyond their limits', () => {
    expect(problemsOf(`# ${'x'.repeat(1024 * 1024)}`)[0]?.found).toContain('limit is 1048576');
    const many = Array.from(
      { length: 20_001 },
      (_, i) => `  - { match: { event: E${i} }, status: none }\n`,
    );
    expect(problemsOf(yaml(many.join('')))[0]?.found).toContain('the limit is 20000');
  });

  it('refuses characters that no database can store, anywhere, and names the line', () => {
    const broken = [
      yaml('  - { match: { event: "a\\0" }, status: delivered }\n'),
      yaml('  - { match: { event: A }, status: delivered, "te\\0xt": b }\n'),
      yaml('  - { match: { event: "a\\ud800b" }, status: delivered }\n'),
      yaml('  - { match: { event: A }, status: delivered } # \0\n'),
    ];
    for (const text of broken) expect(problemsOf(text)[0]).toMatchObject({ line: 4 });
    expect(problemsOf(yaml('  - { match: { event: "\u{1f69a}" }, status: delivered }\n'))).toEqual(
      [],
    );
  });

  it('refuses deep nesting cheaply, and counts no brackets in texts', () => {
    for (const nested of ['[\n'.repeat(30_000), 'a: {b: '.repeat(21)]) {
      const before = process.cpuUsage();
      expect(problemsOf(nested)).toMatchObject([{ found: expect.stringContaining('20 deep') }]);
      expect(cpuMsSince(before)).toBeLessThan(5_000);
    }
    for (const nested of ['- '.repeat(30_000), '? '.repeat(30_000)]) {
      expect(problemsOf(`${nested}x`)).toMatchObject([
        { found: expect.stringContaining('20 deep') },
      ]);
    }
    const quoted = `  - { match: { event: "${'['.repeat(30)}" }, status: delivered }\n`;
    expect(problemsOf(yaml(quoted))).toEqual([]);
  });

  it('says where a second document begins', () => {
    const text = `${yaml('  - { match: { event: DL }, status: delivered }\n')}---\ncarrier: acme\n`;
    expect(problemsOf(text)).toMatchObject([
      { line: text.split('\n').indexOf('---') + 1, found: 'A second YAML document begins here.' },
    ]);
  });

  it('limits the problems of one kind to what a person corrects', () => {
    const rules = '  - { status: 1 }\n'.repeat(1_000);
    expect(problemsOf(yaml(rules)).length).toBeLessThan(500);
  });

  it('refuses hidden on a fact that steers', () => {
    const text = yaml('  - { match: { event: OD }, status: out_for_delivery, hidden: true }\n');
    expect(problemsOf(text)[0]?.found).toContain(
      'hidden is for facts without effect on the status',
    );
  });

  it('runs the tests inside and lists each failure, with the reading and its rule', () => {
    const problems = problemsOf(
      yaml(
        '  - { match: { derived: DL }, status: none }\n',
        'tests:\n' +
          '  - { given: { event: RS, derived: DL }, then: { status: returning, reason: x } }\n' +
          '  - { given: { event: DL }, then: { status: delivered, known: true } }\n' +
          '  - { given: { event: XX }, then: { status: in_transit, known: true } }\n',
      ),
    );
    expect(problems.map(({ line, found }) => `${line} ${found}`)).toEqual([
      '6 Test failed: { event: "RS", derived: "DL" } reads as status none, not returning; ' +
        'reason null, not x (by the rule { derived: "DL" }).',
      '8 Test failed: { event: "XX" } reads as known false, not true (no rule matches).',
    ]);
  });

  it('never throws, whatever the text', () => {
    const fragments = fc.constantFrom(
      'carrier: acme\n',
      'rules:\n',
      'tests:\n',
      '  - { match: { event: DL }, status: delivered }\n',
      '  - { given: { event: DL }, then: { status: delivered } }\n',
      '  - ',
      '{',
      '}',
      '[',
      ']',
      ': ',
      '&a ',
      '*a',
      '!!map ',
      '---\n',
      '"',
      "'",
      '|',
      '\t',
      '\n',
      '03',
      '__proto__',
      '? ',
      '<<: ',
      '%',
    );
    const text = fc.oneof(
      anyText({ maxLength: 200 }),
      fc.array(fragments, { maxLength: 40 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        const outcome = compileMapping(candidate, FILE, ACME);
        if (!outcome.ok) expect(outcome.problems.length).toBeGreaterThan(0);
      }),
      { seed: 20261120, numRuns: runs(3_000) },
    );
  });

  it('gives the same version for the same rules in another order, and another for other rules', () => {
    const od = '  - { match: { event: OD }, status: out_for_delivery }\n';
    const it = '  - { match: { event: IT }, status: in_transit } # moving\n';
    const version = mappingOf(yaml(od + it)).version;
    expect(version).toMatch(/^[0-9a-f]{64}$/);
    expect(mappingOf(yaml(it + od)).version).toBe(version);
    expect(mappingOf(yaml(od)).version).not.toBe(version);
    expect(mappingOf(yaml(od + it.replace('in_transit', 'none'))).version).not.toBe(version);
  });
});

describe('an overlay', () => {
  it('may come without tests, unlike the base file', () => {
    const base = mappingOf(yaml('  - { match: { event: OD }, status: out_for_delivery }\n'));
    const short = 'carrier: acme\nrules:\n  - { match: { event: XX }, status: exception }\n';
    expect(
      readFact(mappingOf(short, base), { codes: { event: 'XX' }, logical: false }),
    ).toMatchObject({ status: 'exception', known: true });
    expect(problemsOf(short).map((p) => p.found)).toEqual(['tests is missing.']);
  });

  const base = mappingOf(
    yaml('  - { match: { event: DE, exception: "03" }, status: exception }\n'),
  );
  const overlay =
    'carrier: acme\nrules:\n' +
    '  - { match: { exception: "03", event: DE }, status: delivery_attempted }\n' +
    '  - { match: { event: QQ }, status: at_facility }\n' +
    'tests:\n  - { given: { event: DL }, then: { status: delivered } }\n';

  it('wins over rules with an equal match and keeps all others', () => {
    const merged = mappingOf(overlay, base);
    const status = (codes: Record<string, string>) =>
      readFact(merged, { codes, logical: false }).status;
    expect(status({ event: 'DE', exception: '03' })).toBe('delivery_attempted');
    expect(status({ event: 'QQ' })).toBe('at_facility');
    expect(status({ event: 'DL' })).toBe('delivered');
    expect(merged.version).not.toBe(base.version);
  });

  it('is refused when its tests fail against the whole', () => {
    const wrong = overlay.replace('status: delivered', 'status: none');
    expect(problemsOf(wrong, ACME, base)[0]?.found).toContain('Test failed');
  });
});
