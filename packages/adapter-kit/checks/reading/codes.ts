import {
  type CarrierAdapter,
  type ParseOutcome,
  parseJsonOrNull,
  type ReportedFact,
} from 'waybill/adapter';
import type { CodeSource, ConformanceCheck, ReadSubject } from '../check.ts';
import type { Fixture } from './fixtures.ts';

const MAPPED_MIN = 0.95;
const REVIEWED_MIN = 0.95;
const SHOWN_MAX = 5;

/**
 * Checks that known codes are mapped, that unknown ones lose no fact, and how many of the carrier's
 * codes are covered.
 */
export function codeChecks(subject: ReadSubject): readonly ConformanceCheck[] {
  const { adapter, coverage } = subject;
  const skip =
    coverage === null
      ? 'there is no mapping to count by'
      : coverage.codes === 0
        ? 'codes.csv holds no code of a kind that manifest.codeKinds names'
        : null;
  const counted = coverage ?? { codes: 0, mapped: 0, reviewed: 0, unmapped: [] };
  const { codes, mapped, reviewed, unmapped } = counted;
  const missing = unmapped.slice(0, SHOWN_MAX).map(({ kind, code }) => `${kind} ${code}`);
  const rest = unmapped.length > SHOWN_MAX ? ` and ${unmapped.length - SHOWN_MAX} more` : '';
  const unmappedText = `${mapped} of ${codes} documented codes are mapped; not: ${missing.join(', ')}${rest}`;
  const fix =
    'The mapping: a rule for each code of codes.csv, with status none where it steers nothing.';
  return [
    {
      id: 'mapping.unknown-codes',
      title: 'keeps facts with unknown codes',
      skip: null,
      fix: 'parse.ts: pass codes on unchanged; the mapping says what they mean.',
      problems: () => unknownCodeProblems(subject),
    },
    {
      id: 'mapping.deliveries',
      title: 'maps a code to delivered only if its description is a delivery',
      skip,
      fix: 'The mapping: correct the code’s status; or codes.csv, if the description belongs to another code.',
      problems: () =>
        (coverage?.denied ?? []).map(({ code, description }) => `${code}: ${description}`),
    },
    {
      id: 'mapping.reasons',
      title: 'gives only reasons that the hub has a text for',
      skip: coverage === null ? 'there is no mapping to read' : null,
      fix: 'The mapping: correct the spelling of the reason, or use a known one (docs/mappings.md).',
      problems: () =>
        (coverage?.unknownReasons ?? []).map((each) => `there is no reason "${each}"`),
    },
    {
      id: 'coverage.mapped',
      title: `has ${MAPPED_MIN * 100} % of the documented codes mapped`,
      skip,
      fix,
      problems: () => (mapped >= codes * MAPPED_MIN ? [] : [unmappedText]),
    },
    {
      id: 'coverage.complete',
      title: 'has every documented code mapped',
      skip,
      fix,
      problems: () => (mapped === codes ? [] : [unmappedText]),
    },
    {
      id: 'coverage.reviewed',
      title: `has ${REVIEWED_MIN * 100} % of the documented codes reviewed by a person`,
      skip,
      fix: 'codes.csv: reviewed_by and reviewed_on name who reviewed a code, and when; the mapping: a reviewed rule has no `reviewed: false`.',
      problems: () => [
        ...(reviewed >= codes * REVIEWED_MIN
          ? []
          : [
              `${reviewed} of ${codes} documented codes have a reviewer, a day, and a rule without \`reviewed: false\``,
            ]),
        ...(coverage?.reviewFaults ?? []).slice(0, SHOWN_MAX),
      ],
    },
    // Own couriers' codes are the hub's, so nobody else lists them.
    ...(adapter.manifest.role === 'own'
      ? []
      : [
          {
            id: 'coverage.sources',
            title: 'has its codes from two sources, one of them independent of the carrier',
            skip,
            fix: 'sources.csv: register another public list or implementation; codes.csv: add all its codes.',
            problems: () => sourceProblems(coverage?.sources ?? []),
          } as const,
        ]),
  ];
}

function sourceProblems(sources: readonly CodeSource[]): readonly string[] {
  return sources.length > 1 && sources.some(({ kind }) => kind === 'independent')
    ? []
    : [
        `sources.csv has ${sources.map(({ id, kind }) => `${id} (${kind})`).join(', ') || 'nothing'}`,
      ];
}

/**
 * Replaces known codes by unknown ones of the same form, and counts facts. Codes with another form
 * in the payload than in the fact cannot be replaced from outside.
 */
function unknownCodeProblems({ adapter, fixtures, reader }: ReadSubject): readonly string[] {
  let tried = 0;
  const problems = fixtures.flatMap(({ name, payload }: Fixture) => {
    const before = factsOf(adapter.parse(payload));
    if (before.length === 0) return [];
    return codesShown(adapter, before).flatMap(({ key, code }) => {
      const unknownCode = unknownCodeLike(code);
      const text = withCode(payload.text, code, unknownCode);
      if (text === null) return [];
      const outcome = adapter.parse({ ...payload, text });
      const after = factsOf(outcome);
      const isRetained = after.some(
        (fact) => fact.codes[key]?.toUpperCase() === unknownCode.toUpperCase(),
      );
      if (isRetained) tried += 1;
      // A code that also names something else (a service) may change how the payload is read.
      if (after.length >= before.length) return [];
      if (reader?.({ [key]: unknownCode }).known === true) return [];
      return [
        `${name}: with ${key} ${unknownCode} for ${code}, ${after.length} of ${before.length} facts`,
      ];
    });
  });
  return tried > 0 || problems.length > 0
    ? problems.slice(0, SHOWN_MAX)
    : ['no fixture keeps a fact whose code was replaced by an unknown one'];
}

function factsOf(outcome: ParseOutcome): readonly ReportedFact[] {
  return outcome.outcome === 'reports' ? outcome.reports.flatMap(({ facts }) => facts) : [];
}

function codesShown({ manifest }: CarrierAdapter, facts: readonly ReportedFact[]) {
  const all = facts.flatMap(({ codes }) =>
    manifest.codeShown.flatMap((key) => {
      const code = codes[key];
      return code === undefined ? [] : [{ key, code }];
    }),
  );
  return [...new Map(all.map((each) => [`${each.key} ${each.code}`, each])).values()];
}

/**
 * An unknown code of the same form, letters for letters and digits for digits: `DL` → `QX`, `011` →
 * `794`.
 */
function unknownCodeLike(code: string): string {
  const unknownCode = Array.from(code, (char, at) => {
    if (/[A-Z]/.test(char)) return 'QXJ'.charAt(at % 3);
    if (/[a-z]/.test(char)) return 'qxj'.charAt(at % 3);
    return /\d/.test(char) ? '794'.charAt(at % 3) : char;
  }).join('');
  return unknownCode === code
    ? unknownCode.replace(/./, (first) => (first === 'Q' ? 'Z' : 'Q'))
    : unknownCode;
}

/** The payload with another code; null if the answer does not contain the code in this form. */
function withCode(text: string, code: string, unknownCode: string): string | null {
  const json = parseJsonOrNull(text);
  const [before, after] =
    json === null
      ? [text, text.replaceAll(`>${code}<`, `>${unknownCode}<`)]
      : [
          JSON.stringify(json.value),
          JSON.stringify(withCodeReplaced(json.value, code, unknownCode)),
        ];
  return before === after ? null : after;
}

function withCodeReplaced(value: unknown, code: string, unknownCode: string): unknown {
  if (typeof value === 'string') return value.trim() === code ? unknownCode : value;
  if (typeof value === 'number') return String(value) === code ? Number(unknownCode) : value;
  if (Array.isArray(value)) return value.map((item) => withCodeReplaced(item, code, unknownCode));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      withCodeReplaced(member, code, unknownCode),
    ]),
  );
}
