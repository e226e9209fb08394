import type { CarrierDocumentation } from '../carrier-documentation.ts';
import type { YamlSource } from '../files/yaml-source.ts';
import { looseRules } from '../mapping/loose-rules.ts';
import type { MappingProblem } from '../mapping/problem.ts';

/**
 * Finds reasons, milestones and texts without wording, for which customers would see the bare
 * status.
 */
export function checkWords(
  source: YamlSource,
  file: string,
  words: CarrierDocumentation['words'],
): MappingProblem[] {
  if (words === null) return [];
  return looseRules(source).flatMap(({ nr, value }) => {
    const lists = [
      ['reason', 'reasons', words.reasons],
      ['milestone', 'milestones', words.milestones],
      ['text', 'texts', words.texts],
    ] as const;
    return lists.flatMap(([member, list, known]): MappingProblem[] => {
      const name: unknown = Reflect.get(value, member);
      if (typeof name !== 'string' || Object.hasOwn(known, name)) return [];
      return [
        {
          file,
          ...source.placeOf(['rules', nr, member]),
          severity: 'warning',
          found: `There is no text for the ${member} ${JSON.stringify(name)}.`,
          fix: `Correct its spelling, or add it under ${list} in config/messages/en/status.yaml and in the other languages.`,
        },
      ];
    });
  });
}
