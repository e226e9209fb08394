import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConformanceCheck, ReadSubject } from './check.ts';
import { sourceFormProblems } from './sources.ts';

/** Matches the parts that `waybill carrier new` leaves for the author to write. */
const TO_BE_WRITTEN = /⟨[^⟩]*⟩/;
const README_CHARS_MIN = 500;
const SENTENCE_CHARS_MIN = 20;
const PROBLEMS_MAX = 5;

/**
 * Checks documents as far as that does not need people, and looks for content that must not be
 * there.
 */
export function documentationChecks(subject: ReadSubject): readonly ConformanceCheck[] {
  const { adapter, folder, fixtures } = subject;
  const { manifest } = adapter;
  return [
    check(
      'docs.readme',
      'explains in its README what code cannot express',
      'README.md: how one signs up, traps, identity, what is unverified, when it was read.',
      () => {
        const text = fileText(folder, 'README.md');
        return [
          ...(text.length >= README_CHARS_MIN ? [] : [`README.md has ${text.length} characters`]),
          ...(/^## /m.test(text) ? [] : ['README.md has no section']),
          ...placeholderProblems('README.md', text),
        ];
      },
    ),
    check(
      'docs.sources',
      'names a public source for its limits, times, codes and formats',
      'manifest.ts (docs, limits.source, zonePolicy), sources.csv, and codes.csv (sources).',
      () => sourceProblems(subject),
    ),
    check(
      'docs.fixtures',
      'says where each fixture comes from',
      'fixtures/SOURCES.md: name each case, or a group as `error-*`, with source and day.',
      () => {
        const text = fileText(folder, join('fixtures', 'SOURCES.md'));
        const named = [...text.matchAll(/`([^`\s]+)`/g)].map(([, name]) => name ?? '');
        return [
          ...placeholderProblems('fixtures/SOURCES.md', text),
          ...fixtures
            .filter(({ name }) => !named.some((pattern) => isNamedBy(name, pattern)))
            .map(({ name }) => `fixtures/SOURCES.md does not name ${name}`),
        ];
      },
    ),
    check(
      'docs.retention',
      'states the carrier’s terms for storing its data',
      'manifest.ts, retention.note: the term, or that none was found and where it was looked for.',
      () => {
        const { note } = manifest.retention;
        return [
          ...(note.length >= SENTENCE_CHARS_MIN ? [] : [`retention.note is "${note}"`]),
          ...placeholderProblems('manifest.ts', note),
        ];
      },
    ),
    check(
      'fixtures.private',
      'has no secrets and no personal data in its fixtures',
      'fixtures/: replace names, addresses and keys; use EXAMPLE, TEST, REDACTED, or leave the value empty.',
      () =>
        fixtures.flatMap(({ name, payload }) =>
          privateDataProblems(payload.text).map((each) => `${name}: ${each}`),
        ),
    ),
    check(
      'fixtures.breadth',
      'has fixtures of every stage of a parcel, of problems, and of each kind of failure',
      'fixtures/: add the cases that are missing, after the carrier’s documents.',
      () => breadthProblems(subject),
    ),
  ];
}

function check(
  id: ConformanceCheck['id'],
  title: string,
  fix: string,
  problems: () => readonly string[],
): ConformanceCheck {
  return { id, title, skip: null, fix, problems: () => problems().slice(0, PROBLEMS_MAX) };
}

function sourceProblems(subject: ReadSubject): readonly string[] {
  const { manifest } = subject.adapter;
  const { limits, zonePolicy } = manifest;
  return [
    ...sourceFormProblems(subject),
    ...(limits.source.length >= SENTENCE_CHARS_MIN ? [] : ['limits.source is not a sentence']),
    ...(zonePolicy.length >= SENTENCE_CHARS_MIN ? [] : ['zonePolicy is not a sentence']),
    ...placeholderProblems('manifest.ts', JSON.stringify(manifest)),
    ...placeholderProblems('sources.csv', fileText(subject.folder, 'sources.csv')),
    ...(subject.coverage?.sourceFaults ?? []),
  ];
}

function fileText(folder: string, file: string): string {
  const path = join(folder, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function placeholderProblems(file: string, text: string): readonly string[] {
  const found = TO_BE_WRITTEN.exec(text)?.[0];
  return found === undefined ? [] : [`${file} still says ${found.slice(0, 60)}`];
}

/** Whether a name in SOURCES.md, such as `error-*`, means this case. */
function isNamedBy(name: string, pattern: string): boolean {
  const plain = pattern.replace(/\.(json|xml|txt|html)$/, '');
  return plain.endsWith('*') ? name.startsWith(plain.slice(0, -1)) : name === plain;
}

// ---------------------------------------------------------------- personal data

const SECRETS: readonly (readonly [string, RegExp])[] = [
  ['a token (JWT)', /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}/],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['credentials of HTTP', /\b(?:Bearer|Basic) [A-Za-z0-9+/=._-]{16,}/],
  [
    'an email address',
    /[\w.+-]{1,64}@(?!(?:[\w-]+\.)*(?:example|invalid|test)\b)[\w-]+\.[a-z]{2,}/i,
  ],
  ['a telephone number', /"\+\d[\d ()/-]{7,20}"/],
];
/** Matches members that contain a person's identity, at any place. */
const PERSONAL_MEMBER =
  /"(?:first_?name|last_?name|full_?name|person_?name|contact_?name|e_?mail|phone(?:_?number)?|received_?by(?:_?name)?|signed_?(?:for_?)?by(?:_?name)?|recipient_?name|street(?:_?lines?|_?address)?|address_?line_?\d?)"\s*:\s*"([^"]*)"/gi;
/** Matches placeholders for removed values. */
const REMOVED =
  /^(?:|x+|\*+|-+|redacted|removed|test|sample|example|n\/?a|.*\b(?:redacted|removed|example|sample|test)\b.*)$/i;

function privateDataProblems(text: string): readonly string[] {
  return [
    ...SECRETS.filter(([, pattern]) => pattern.test(text)).map(([what]) => `it holds ${what}`),
    ...[...text.matchAll(PERSONAL_MEMBER)]
      .filter(([, value]) => !REMOVED.test(value ?? ''))
      .map(([member]) => `it holds ${member.slice(0, 60)}`),
  ];
}

// ---------------------------------------------------------------- breadth

/** The stages of a parcel. Of each, at least one of the statuses must occur. */
const STAGES: readonly (readonly [string, readonly string[]])[] = [
  ['a beginning', ['created', 'picked_up']],
  ['being on its way', ['in_transit', 'at_facility']],
  ['the last day', ['out_for_delivery', 'available_for_pickup']],
  ['a delivery', ['delivered']],
  ['trouble', ['exception', 'delivery_attempted', 'returning', 'returned_to_sender']],
];

function breadthProblems({ adapter, fixtures, reader }: ReadSubject): readonly string[] {
  if (reader === null) return ['there is no mapping to read the fixtures by'];
  const outcomes = fixtures.map(({ payload }) => adapter.parse(payload));
  const statuses = new Set(
    outcomes.flatMap((outcome) =>
      outcome.outcome === 'reports'
        ? outcome.reports.flatMap(({ facts }) => facts.map(({ codes }) => reader(codes).status))
        : [],
    ),
  );
  const kinds = new Set(
    outcomes.flatMap((outcome) =>
      outcome.outcome === 'reports'
        ? outcome.misses.map((miss) => miss.outcome)
        : [outcome.outcome],
    ),
  );
  const canTrack = adapter.track !== undefined;
  return [
    ...STAGES.filter(([, fitting]) => !fitting.some((status) => statuses.has(status))).map(
      ([what, fitting]) => `there is no fixture of ${what} (${fitting.join(', ')})`,
    ),
    ...(canTrack && !kinds.has('not_found') && !kinds.has('not_yet')
      ? ['no fixture is of a number that the carrier does not know']
      : []),
    ...(canTrack &&
    !['auth_error', 'rate_limited', 'error'].some((kind) => kinds.has(kind as 'error'))
      ? ['no fixture is of a refused account or a broken carrier']
      : []),
  ];
}
