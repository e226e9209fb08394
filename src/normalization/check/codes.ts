import type { CarrierDocumentation } from '../carrier-documentation.ts';
import type { YamlSource } from '../files/yaml-source.ts';
import { type LooseRule, looseRules } from '../mapping/loose-rules.ts';
import type { MappingProblem } from '../mapping/problem.ts';
import { type MappedCarrier, showCodes } from '../mapping/rule.ts';

/**
 * Checks rules against the carrier's documentation: a rule with a misspelled or unlisted code may
 * never match. Keys without a list are not checked.
 */
export function checkCodes(
  source: YamlSource,
  file: string,
  carrier: MappedCarrier,
): MappingProblem[] {
  const { documentation } = carrier;
  if (documentation === undefined) return [];
  return looseRules(source)
    .filter(({ isUnlisted }) => !isUnlisted)
    .flatMap((rule) =>
      Object.entries(rule.match).flatMap(([key, code]): MappingProblem[] => {
        if (!carrier.matchKeys.includes(key)) return [];
        const found = codeFinding(rule, key, code, documentation);
        if (found === null) return [];
        return [{ file, ...source.placeOf(['rules', rule.nr, 'match', key]), ...found }];
      }),
    );
}

type Finding = Pick<MappingProblem, 'severity' | 'found' | 'fix'>;

const MARK = 'end the line with "# unlisted:" and where it was seen';

function codeFinding(
  rule: LooseRule,
  key: string,
  code: string,
  { listed, spelled }: CarrierDocumentation,
): Finding | null {
  const shown = `${key} ${JSON.stringify(code)}`;
  const list = listed.get(key);
  if (list?.has(code) !== true) {
    const bare = code.trim();
    const right = spelled.get(key)?.get(bare.toLowerCase());
    const found =
      right === undefined
        ? `${shown} has spaces around it, so it never matches.`
        : `${shown} is not documented, only ${JSON.stringify(right)}.`;
    if (right !== undefined || bare !== code) {
      const fix = `Write ${key}: ${JSON.stringify(right ?? bare)}; if it was really seen, ${MARK}.`;
      return { severity: 'error', found, fix };
    }
  }
  if (list === undefined) return null;
  const besides = list.get(code);
  if (besides === undefined) {
    return {
      severity: 'warning',
      found: `${shown} is not documented: nothing is known to match this rule.`,
      fix: `Correct the code; if it was really seen, add it to codes.csv or ${MARK}.`,
    };
  }
  const fits = besides.some((beside) =>
    Object.entries(beside).every(
      ([other, value]) => !Object.hasOwn(rule.match, other) || rule.match[other] === value,
    ),
  );
  if (fits) return null;
  const known = besides.slice(0, BESIDES_SHOWN).map(showCodes).join(' or ');
  return {
    severity: 'warning',
    found: `The documentation lists ${shown} only with ${known}: nothing is known to match this rule.`,
    fix: `Correct the codes; if they were really seen, add them to codes.csv or ${MARK}.`,
  };
}

/** Number of examples for a code in many lists. */
const BESIDES_SHOWN = 3;
