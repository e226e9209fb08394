import type { ErrorCode } from '../../kernel/errors.ts';
import { operation } from '../kit/operation.ts';
import type { DeskRow } from './kit/desk-row.ts';
import { DESK, type DeskName, deskRowOf, type NamedDeskRow } from './kit/table.ts';

const FORM = { csrf: "The page's CSRF token; the other members are the page's fields." };
const ERRORS_OF: readonly ErrorCode[] = ['not_found', 'invalid', 'conflict', 'rate_limited'];

const ENDED = { description: 'Another merchant or mode is looked at by now.' };

/** The desk's pages, as listed in `/openapi.json`. */
export const deskOperations = (Object.keys(DESK) as DeskName[]).map((name) =>
  deskOperation(deskRowOf(name)),
);

/** A page or form of the desk as an operation. */
export function deskOperation(row: NamedDeskRow) {
  const {
    name: id,
    method,
    path,
    summary,
    params,
    mediaType = 'text/html',
    otherTypes,
    needs,
  } = row;
  const page = {
    description: mediaType === 'text/html' ? 'A page.' : 'The file.',
    mediaType,
    ...(otherTypes === undefined ? {} : { otherTypes }),
  };
  const problem = { description: 'A page.', mediaType: 'text/html' };
  return operation({
    id,
    method,
    path,
    summary,
    tag: 'Desk' as const,
    ...(params === undefined ? {} : { params }),
    ...(needs === null ? {} : { description: `For members who may: \`${needs}\`.` }),
    answers: {
      200: page,
      ...(mediaType === 'text/event-stream' ? { 204: ENDED } : {}),
      ...(path.includes('/assets/')
        ? {}
        : { 303: { description: 'To the next page.' }, 403: problem }),
    },
    ...(method === 'POST' ? { form: FORM } : {}),
    errors: method === 'POST' ? ERRORS_OF : errorsOf(row),
  });
}

function errorsOf({ mediaType, params, isTry, needs }: DeskRow): readonly ErrorCode[] {
  if (mediaType === 'text/event-stream') return ['overloaded'];
  const found = params === undefined ? [] : (['not_found'] as const);
  if (isTry) return [...found, 'rate_limited'];
  // A cursor may be invalid.
  return needs === null ? found : [...found, 'invalid'];
}
