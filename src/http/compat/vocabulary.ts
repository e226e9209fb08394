import { z } from 'zod';
import { READ_STATUSES, type ReadStatus } from '../../kernel/status.ts';
import { readShippedYaml } from '../../platform/settings/yaml-settings.ts';

/** What Waybill knows about a parcel or about one of its events, in its own words. */
export interface Situation {
  readonly status: ReadStatus;
  readonly reason: string | null;
  readonly milestone: string | null;
}

/** The situation for words without a rule. */
export const NO_SITUATION: Situation = { status: 'none', reason: null, milestone: null };

/** The words of a service whose API the hub offers, and the carriers' names there. */
export interface Vocabulary<Theirs> {
  /** The service's words for a situation. Every situation has some. */
  wordsFor(situation: Situation): Theirs;
  /** The plainest situation for which the service has such words; null: for none. */
  situationFor(fits: (theirs: Theirs) => boolean): Situation | null;
  /** The service's name of a carrier of ours; null if the file has none. */
  nameOf(carrier: string): string | null;
  /** Our carriers that the service calls so, in any case; none for an unknown name. */
  carriersNamed(name: string): readonly string[];
}

const word = z.string().regex(/^[a-z][a-z0-9_]*$/);
/** One word, or any of several. */
const words = z.union([word.transform((one) => [one]), z.array(word).min(1)]);

/**
 * A rule applies to a situation that has one of its words in each of its members. On the way back,
 * its first words are meant.
 */
const condition = z.strictObject({
  status: z.enum(READ_STATUSES),
  reason: words.optional(),
  milestone: words.optional(),
});

const situation = z.strictObject({
  status: z.enum(READ_STATUSES),
  reason: word.nullable().default(null),
  milestone: word.nullable().default(null),
});

/** The shape of `config/compat/<service>.yaml`; `theirs` has the words of that service. */
function fileSchema<Theirs>(theirs: z.ZodType<Theirs>): z.ZodType<Content<Theirs>> {
  return z
    .strictObject({
      // The first rule that applies counts.
      statuses: z.array(z.strictObject({ ours: condition, theirs })),
      // The first of several names is the one that the hub sends; it accepts all.
      carriers: z.record(z.string(), z.array(z.string().min(1)).min(1)),
      tests: z.array(z.strictObject({ ours: situation, theirs })).min(1),
    })
    .superRefine(({ statuses }, context) => {
      for (const status of READ_STATUSES) {
        const hasRule = statuses.some(
          ({ ours }) => ours.status === status && !ours.reason && !ours.milestone,
        );
        if (hasRule) continue;
        const message = `add a rule for ${status} without a reason or a milestone`;
        context.addIssue({ code: 'custom', path: ['statuses'], message });
      }
    });
}

/**
 * Reads the vocabulary of a service. Throws one sentence per mistake, each with file, line and
 * column.
 *
 * @param theirs the schema of the service's words.
 * @param file default: the shipped file.
 */
export function readVocabulary<Theirs>(
  service: string,
  theirs: z.ZodType<Theirs>,
  file: URL = new URL(`../../../config/compat/${service}.yaml`, import.meta.url),
): Vocabulary<Theirs> {
  return vocabularyOf(readShippedYaml(file, fileSchema(theirs)));
}

/**
 * Runs the tests in a vocabulary's file.
 *
 * @returns a sentence per test that fails.
 */
export function failedTests<Theirs>(
  service: string,
  theirs: z.ZodType<Theirs>,
  file: URL = new URL(`../../../config/compat/${service}.yaml`, import.meta.url),
): readonly string[] {
  const content = readShippedYaml(file, fileSchema(theirs));
  const { wordsFor } = vocabularyOf(content);
  return content.tests.flatMap((test, index) => {
    const [found, expected] = [wordsFor(test.ours), test.theirs].map((each) =>
      JSON.stringify(each),
    );
    if (found === expected) return [];
    const given = JSON.stringify(test.ours);
    return [`config/compat/${service}.yaml: tests.${index}: ${given} is ${found}, not ${expected}`];
  });
}

interface Content<Theirs> {
  readonly statuses: readonly {
    readonly ours: z.output<typeof condition>;
    readonly theirs: Theirs;
  }[];
  readonly carriers: Readonly<Record<string, readonly string[]>>;
  readonly tests: readonly {
    readonly ours: z.output<typeof situation>;
    readonly theirs: Theirs;
  }[];
}

function vocabularyOf<Theirs>(content: Content<Theirs>): Vocabulary<Theirs> {
  const { statuses, carriers } = content;
  const named = new Map<string, string[]>();
  for (const [carrier, names] of Object.entries(carriers)) {
    for (const name of names) {
      const key = name.toLowerCase();
      named.set(key, [...(named.get(key) ?? []), carrier]);
    }
  }
  return {
    wordsFor: (given) => {
      const rule = statuses.find(({ ours }) => applies(ours, given));
      if (rule === undefined) throw new Error(`no rule for the status ${given.status}`);
      return rule.theirs;
    },
    situationFor: (fits) => {
      const rules = statuses.flatMap(({ ours, theirs }) => (fits(theirs) ? [ours] : []));
      const plain = rules.find(({ reason, milestone }) => !reason && !milestone);
      const rule = plain ?? rules[0];
      if (rule === undefined) return null;
      const { status, reason: reasons, milestone: milestones } = rule;
      return { status, reason: reasons?.[0] ?? null, milestone: milestones?.[0] ?? null };
    },
    nameOf: (carrier) => (Object.hasOwn(carriers, carrier) ? carriers[carrier]?.[0] : null) ?? null,
    carriersNamed: (name) => named.get(name.toLowerCase()) ?? [],
  };
}

function applies(ours: z.output<typeof condition>, given: Situation): boolean {
  const includes = (wanted: readonly string[] | undefined, value: string | null) =>
    wanted === undefined || (value !== null && wanted.includes(value));
  return (
    ours.status === given.status &&
    includes(ours.reason, given.reason) &&
    includes(ours.milestone, given.milestone)
  );
}
