import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { wallClockMs } from 'waybill/adapter';
import type { ReadSubject } from './check.ts';

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
