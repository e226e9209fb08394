import { h } from 'preact';
import { Problem } from '../../../kernel/errors.ts';
import { resolveReview, reviewItem } from '../../../tracking/ports/mappings.ts';
import { noteOf } from '../../console/console-form.ts';
import { deskForm, deskPage } from '../../console/kit/desk-route.ts';
import type { DeskDeps } from '../../console/kit/visit.ts';
import type { Route } from '../../kit/route.ts';
import { parseBody } from '../../kit/validation.ts';
import { ReviewEntryPage, ReviewPage } from './console-pages.tsx';
import { dismissOrThrow, resolvedOrThrow, reviewEntries, reviewJson } from './routes.ts';
import { REVIEW_SHOWN, reviewDecision } from './schema.ts';

export function reviewConsoleRoutes(deps: DeskDeps): readonly Route[] {
  const { review, settle } = deps.parts;
  return [
    deskPage(deps, 'readReview', async (call) => {
      const page = { cursor: call.query.get('cursor') ?? undefined, limit: REVIEW_SHOWN };
      const entries = await reviewEntries(deps.parts, page);
      return h(ReviewPage, {
        deps,
        call,
        entries: entries.data,
        nextCursor: entries.next_cursor,
      });
    }),
    deskPage(deps, 'readReviewEntry', async (call) => {
      const item = await reviewItem(review, call.param('id'));
      if (item === null) throw new Problem('not_found', 'mappings.noSuchEntry');
      return h(ReviewEntryPage, { deps, call, entry: reviewJson(item) });
    }),
    deskForm(deps, 'resolveReviewFromHub', async ({ param, form, visitor }) => {
      const decided = parseBody(reviewDecision, decisionOf(form));
      const outcome = await resolveReview(settle, param('id'), {
        status: decided.status,
        reason: decided.reason ?? null,
        milestone: decided.milestone ?? null,
        logical: decided.logical ?? false,
        match: null,
        notify: decided.notify ?? false,
        note: decided.note ?? null,
        by: visitor.actor.id,
      });
      const { job } = resolvedOrThrow(outcome);
      return { seeOther: `/console/hub/mapping-jobs/${job.id}?done=resolved` };
    }),
    deskForm(deps, 'dismissReviewFromHub', async ({ param, form, visitor }) => {
      const by = { by: visitor.actor.id, note: noteOf(form) };
      await dismissOrThrow(deps.parts, param('id'), by);
      return { seeOther: '/console/hub/review?done=left' };
    }),
  ];
}

/** Returns a form's fields as the API's body; an empty field counts as absent. */
function decisionOf(form: URLSearchParams): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const name of ['status', 'reason', 'milestone', 'note']) {
    const value = form.get(name)?.trim() ?? '';
    if (value !== '') body[name] = value;
  }
  for (const name of ['logical', 'notify']) if (form.get(name) === 'true') body[name] = true;
  return body;
}
