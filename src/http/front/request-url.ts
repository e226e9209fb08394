import { Problem } from '../../kernel/errors.ts';

/** A request's target, parsed once for both servers. */
export interface RequestUrl {
  /** Raw path without the `/v1` prefix and the query. */
  readonly path: string;
  readonly versioned: boolean;
  /** Without the question mark. */
  readonly search: string;
}

/** Longer than any URL our pages or filters need. */
const URL_CHARS_MAX = 4_096;
const VERSION = '/v1';

/**
 * Throws `Problem` for an unusable path: not decodable, with a NUL, too long, or in the authority
 * and asterisk forms that only proxies and OPTIONS use.
 */
export function readRequestUrl(url: string): RequestUrl {
  if (url.length > URL_CHARS_MAX) {
    throw new Problem('bad_request', { 'requests.urlTooLong': { urlCharsMax: URL_CHARS_MAX } });
  }
  const target = url.startsWith('/') ? url : originForm(url);
  const fragment = target.indexOf('#');
  const whole = fragment < 0 ? target : target.slice(0, fragment);
  const cut = whole.indexOf('?');
  const raw = cut < 0 ? whole : whole.slice(0, cut);
  const search = cut < 0 ? '' : whole.slice(cut + 1);
  if (raw.includes('%')) assertDecodable(raw);
  if (search.includes('%00')) throw new Problem('bad_request', 'requests.nulInQuery');
  if (raw === VERSION) return { path: '/', versioned: true, search };
  if (raw.startsWith(`${VERSION}/`)) {
    return { path: raw.slice(VERSION.length), versioned: true, search };
  }
  return { path: raw, versioned: false, search };
}

/** `GET http://host/path`, which servers must accept although clients hardly send it. */
function originForm(url: string): string {
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) {
    const { pathname, search } = new URL(url);
    return pathname + search;
  }
  throw new Problem('bad_request', 'requests.targetNotPath');
}

function assertDecodable(path: string): void {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    throw new Problem('bad_request', 'requests.pathNotPercentEncoded');
  }
  if (decoded.includes('\0')) throw new Problem('bad_request', 'requests.nulInPath');
}
