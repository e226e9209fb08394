import { wallClockMs } from 'waybill/adapter';
import type { ReadSubject } from './check.ts';

/**
 * A public document that an adapter relies on. It is not fetched here: people open and judge it.
 */
export interface Source {
  readonly url: string;
  /** The day on which somebody read it; null: an undated copy. */
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

/** The sources for the scorecard: the manifest's documents, and the URLs in sources.csv. */
export function sourcesOf({
  adapter,
  coverage,
}: Pick<ReadSubject, 'adapter' | 'coverage'>): Source[] {
  const all = [
    ...(coverage?.sources ?? []).filter(({ url }) => url !== ''),
    ...adapter.manifest.docs,
  ];
  return [...new Map(all.map(({ url, readOn }) => [url, { url, readOn }])).values()];
}

/** The faults in the form of the sources. */
export function sourceFormProblems({ adapter, coverage }: ReadSubject): readonly string[] {
  const { docs, limits, zonePolicy, retention } = adapter.manifest;
  const listed = (coverage?.sources ?? []).map(({ url }) => url).filter(Boolean);
  const inSentences = [limits.source, zonePolicy, retention.note].flatMap(urlsIn);
  return [
    ...(docs.length > 0 ? [] : ['manifest.docs is empty']),
    ...[...new Set([...docs.map(({ url }) => url), ...listed, ...inSentences])].flatMap(
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

/**
 * Whether a value is a day. The manifest of a package was not type-checked here, so it may be
 * anything.
 */
function isDay(value: unknown): boolean {
  return (
    typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && wallClockMs(value) !== null
  );
}
