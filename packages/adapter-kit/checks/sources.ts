import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CarrierAdapter,
  type CodeMatch,
  type ParseOutcome,
  type Payload,
  wallClockMs,
} from 'waybill/adapter';
import type { CheckId } from 'waybill/adapter/kit';
import type { SandboxCarrier } from 'waybill/adapter/sandbox';
import type { Fixture } from './reading/fixtures.ts';

/**
 * A public document that an adapter relies on. It is not fetched here: people open and judge it.
 */
export interface Source {
  readonly url: string;
  /**
   * The day on which somebody read it; null: an undated copy, or a source of codes.csv, which has
   * no day.
   */
  readonly readOn: string | null;
}

const URLS = /https?:\/\/[^\s"'<>,;()[\]]+/gi;
/** Matches reserved hosts (RFC 2606 and 6761), which have no public documents. */
const NOWHERE =
  /(^|\.)(example|invalid|test|localhost|local|internal)$|(^|\.)example\.(com|net|org)$/;
/** Matches a DNS name whose last label is not a number: neither a single word nor an IP address. */
const PUBLIC_NAME =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,10}(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})$/;
const URL_CHARS_MAX = 2_000;

/** Why a URL cannot be that of a public document; null: it can. */
export function sourceUrlProblem(url: string): string | null {
  const quoted = `"${url.slice(0, 200)}"`;
  if (url.length > URL_CHARS_MAX || !URL.canParse(url)) return `${quoted} is not a URL`;
  const { protocol, hostname, username, password, port } = new URL(url);
  if (protocol !== 'https:')
    return `${quoted} is not a public document: it must start with https://`;
  if (username !== '' || password !== '' || port !== '') {
    return `${quoted} is not a public document: it has credentials or a port`;
  }
  return PUBLIC_NAME.test(hostname) && !NOWHERE.test(hostname)
    ? null
    : `${quoted} is not a public document: nobody can reach ${hostname}`;
}

/** The sources for the scorecard: the manifest's documents, and the URLs in codes.csv. */
export function sourcesOf({ adapter, folder }: Pick<ReadSubject, 'adapter' | 'folder'>): Source[] {
  const documents = adapter.manifest.docs.map(({ url, readOn }) => ({ url, readOn }));
  const known = new Set(documents.map(({ url }) => url));
  const named = new Set(urlsIn(codesText(folder)).filter((url) => !known.has(url)));
  return [...documents, ...[...named].map((url) => ({ url, readOn: null }))];
}

/** The faults in the form of the sources. */
export function sourceFormProblems({ adapter, folder }: ReadSubject): readonly string[] {
  const { docs, limits, zonePolicy, retention } = adapter.manifest;
  const inSentences = [limits.source, zonePolicy, retention.note, codesText(folder)].flatMap(
    urlsIn,
  );
  return [
    ...(docs.length > 0 ? [] : ['manifest.docs is empty']),
    ...[...new Set([...docs.map(({ url }) => url), ...inSentences])].flatMap(
      (url) => sourceUrlProblem(url) ?? [],
    ),
    ...docs.flatMap(({ readOn, url }) =>
      readOn === null || isDay(readOn)
        ? []
        : [`${url}: readOn is "${readOn}"; a day ('2026-11-20'), or null for an undated copy`],
    ),
  ];
}

function urlsIn(text: string): readonly string[] {
  return (text.match(URLS) ?? []).map((url) => url.replace(/[.:]+$/, ''));
}

function codesText(folder: string): string {
  const path = join(folder, 'codes.csv');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/**
 * Whether a value is a day. The manifest of a package was not type-checked here, so it may be
 * anything.
 */
function isDay(value: unknown): boolean {
  return (
    typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && wallClockMs(value) !== null
  );
}

/** One rule, which is checked in the same way for every carrier's folder. */
export interface ConformanceCheck {
  /** The id by which levels, exemptions and scorecards name the check; it never changes. */
  readonly id: CheckId;
  /** The rule as a statement about the carrier. */
  readonly title: string;
  /** Why the check cannot be run; null when it can. The test runner must report it. */
  readonly skip: string | null;
  /** How to fix a failure: one sentence that names the file to change. */
  readonly fix: string;
  /** Returns everything that is wrong; empty when nothing is. */
  problems(): readonly string[] | Promise<readonly string[]>;
}

/** Reads codes by the mapping. Passed in, because adapters cannot import normalization. */
export type MappingReader = (codes: CodeMatch) => {
  readonly known: boolean;
  readonly status: string;
};

/** How many documented codes the mapping covers, counted by a caller that has both. */
export interface CodeCoverage {
  readonly codes: number;
  readonly mapped: number;
  readonly reviewed: number;
  readonly unmapped: readonly { readonly kind: string; readonly code: string }[];
  readonly denied?: readonly { readonly code: string; readonly description: string }[];
  /** Who reviewed how many codes, and on which day. */
  readonly reviews?: readonly CodeReviews[];
  readonly reviewFaults?: readonly string[];
}

export interface CodeReviews {
  readonly by: string;
  readonly on: string;
  readonly codes: number;
}

export interface ConformanceSubject {
  readonly adapter: CarrierAdapter;
  /** The folder of the carrier's documentation: its own folder, or the root of its package. */
  readonly folder: string;
  /** Whether the folder must have the carrier's name; false for packages, whose names are free. */
  readonly namedByFolder: boolean;
  readonly reader: MappingReader | null;
  readonly coverage: CodeCoverage | null;
  readonly sandbox: SandboxCarrier | null;
  /** Parses in a process with another time zone; null: not available. */
  readonly elsewhere:
    | ((zone: string, payloads: readonly Payload[]) => Promise<readonly ParseOutcome[]>)
    | null;
  /** How many forged signatures to try. */
  readonly forgeries: number;
}

/** The subject, with its fixtures read. */
export interface ReadSubject extends ConformanceSubject {
  readonly fixtures: readonly Fixture[];
}
