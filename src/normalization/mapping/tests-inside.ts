import type { UsableParts } from '../check/usable.ts';
import type { YamlSource } from '../files/yaml-source.ts';
import { readFact } from '../read-fact.ts';
import type { TestDocument } from './document.ts';
import type { MappingProblem } from './problem.ts';
import { type Mapping, showCodes } from './rule.ts';

/** Runs the `tests:` of a mapping file; every failing test is one problem. */
export function runMappingTests(
  mapping: Mapping,
  tests: UsableParts['tests'],
  file: string,
  source: YamlSource,
): MappingProblem[] {
  return tests.flatMap(({ nr, test }) => {
    const reading = readFact(mapping, { codes: test.given, logical: false });
    const got = { ...reading, text: reading.text ?? null };
    const wrong = (Object.keys(test.then) as (keyof TestDocument['then'])[]).filter(
      (member) => test.then[member] !== undefined && got[member] !== test.then[member],
    );
    if (wrong.length === 0) return [];
    const differs = wrong.map((member) => `${member} ${got[member]}, not ${test.then[member]}`);
    const by = reading.rule === null ? 'no rule matches' : `by the rule ${showCodes(reading.rule)}`;
    return {
      file,
      ...source.placeOf(['tests', nr]),
      severity: 'error' as const,
      found: `Test failed: ${showCodes(test.given)} reads as ${differs.join('; ')} (${by}).`,
      fix: 'Correct the rule, or the test if its expectation is wrong.',
    };
  });
}
