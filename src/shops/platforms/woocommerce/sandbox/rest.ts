import { jsonAnswer, type SandboxAnswer } from '../../../../adapters/sandbox-kit/index.ts';

/** An error as WordPress writes it. */
export function restError(
  status: number,
  code: string,
  message: string,
  data: Readonly<Record<string, unknown>> = {},
): SandboxAnswer {
  return jsonAnswer(status, { code, message, data: { status, ...data } });
}

export function noRoute(): SandboxAnswer {
  return restError(404, 'rest_no_route', 'No route was found matching the URL and request method.');
}

export function invalidParameter(name: string, reason: string): SandboxAnswer {
  return restError(400, 'rest_invalid_param', `Invalid parameter(s): ${name}`, {
    params: { [name]: reason },
  });
}

const PER_PAGE = 10;
const PER_PAGE_MAX = 100;

/** One page of a list, with WordPress's headers. `url` is that of the list. */
export function pageOf<T>(
  all: readonly T[],
  query: URLSearchParams,
  url: string,
  toJson: (each: T) => unknown,
): SandboxAnswer {
  const perPage = Number(query.get('per_page') ?? PER_PAGE);
  const page = Number(query.get('page') ?? 1);
  if (!Number.isInteger(perPage) || perPage < 1 || perPage > PER_PAGE_MAX) {
    return invalidParameter('per_page', `per_page must be between 1 and ${PER_PAGE_MAX}`);
  }
  if (!Number.isInteger(page) || page < 1) {
    return invalidParameter('page', 'page must be greater than or equal to 1');
  }
  const pages = Math.ceil(all.length / perPage);
  const linkTo = (to: number, rel: string) => {
    const other = new URLSearchParams(query);
    other.set('page', String(to));
    return `<${url}?${other}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [linkTo(page - 1, 'prev')] : []),
    ...(page < pages ? [linkTo(page + 1, 'next')] : []),
  ];
  return jsonAnswer(200, all.slice((page - 1) * perPage, page * perPage).map(toJson), {
    'x-wp-total': String(all.length),
    'x-wp-totalpages': String(pages),
    ...(links.length > 0 && { link: links.join(', ') }),
  });
}

/** The site's zone is ahead of UTC, so that a client notices which of the two dates it reads. */
const SITE_OFFSET_MS = 2 * 3_600_000;

/** A date as WordPress writes it: without a zone, in UTC or in the site's time. */
export function wpDate(atMs: number, zone: 'gmt' | 'site'): string {
  return new Date(atMs + (zone === 'site' ? SITE_OFFSET_MS : 0)).toISOString().slice(0, 19);
}

/** Reads a date; undefined for none. One without a zone is the site's, unless `gmt`. */
export function readDate(given: string | null, gmt: boolean): number | undefined {
  if (given === null) return undefined;
  if (/(?:Z|[+-]\d\d:?\d\d)$/.test(given)) return Date.parse(given);
  return Date.parse(`${given}Z`) - (gmt ? 0 : SITE_OFFSET_MS);
}
