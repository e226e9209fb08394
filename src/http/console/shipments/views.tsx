import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import { CONTROL, text } from '../../../kernel/wire/explain-issues.ts';
import {
  type DeskView,
  listViews,
  removeView,
  saveView,
  VIEWS_MAX,
} from '../../../merchants/index.ts';
import type { Route } from '../../kit/route.ts';
import { deskForm } from '../kit/desk-route.ts';
import { PostForm } from '../kit/fields.tsx';
import { Icon } from '../kit/icons.tsx';
import { useMessages } from '../kit/language.ts';
import { Action } from '../kit/pieces.tsx';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';
import { AT, queryOf, type Wanted, wantedOf } from './listing.ts';

const NAME_CHARS_MAX = 60;
const QUERY_CHARS_MAX = 2_000;
const viewName = text(NAME_CHARS_MAX);

/** Saved views of the table: filters, columns and order under a name. */
export function viewRoutes(deps: DeskDeps): readonly Route[] {
  const { members } = deps;
  return [
    deskForm(deps, 'saveDeskView', async ({ form, tenant, visitor, note }) => {
      const name = viewName.safeParse(form.get('name') ?? '');
      if (!name.success) {
        throw invalidName(form.get('name') ?? '');
      }
      const viewQuery = new URLSearchParams((form.get('query') ?? '').slice(0, QUERY_CHARS_MAX));
      const query = viewQueryOf(wantedOf(viewQuery));
      const shared = form.get('shared') === 'yes';
      const view = { name: name.data, query, shared };
      if (!(await saveView(members, tenant.merchantId, visitor.actor, view))) {
        throw new Problem(
          'conflict',
          { 'desk.tooManyViews': { viewsMax: VIEWS_MAX } },
          {
            fix: 'desk.removeOrReplaceView',
          },
        );
      }
      await note(shared ? 'shared' : 'own');
      return { seeOther: withDone(query, 'view-saved') };
    }),
    deskForm(deps, 'removeDeskView', async ({ param, tenant, visitor, may, note }) => {
      const id = param('id').toLowerCase();
      const which = { id, anyShared: may('members:manage') };
      if (!isUuid(id) || !(await removeView(members, tenant.merchantId, visitor.actor, which))) {
        throw new Problem('not_found', 'desk.noSuchView');
      }
      await note(id);
      return { seeOther: withDone('', 'view-removed') };
    }),
  ];
}

function invalidName(said: string): Problem {
  const at = CONTROL.exec(said.trim());
  if (at !== null) {
    const code = (at[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    const detail: ErrorText = { 'desk.controlCharacterInName': { code, index: at.index + 1 } };
    return new Problem('invalid', detail, { fix: 'desk.removeCharacterAndSave' });
  }
  const detail: ErrorText = { 'desk.invalidViewName': { nameCharsMax: NAME_CHARS_MAX } };
  return new Problem('invalid', detail, { fix: 'desk.enterViewName' });
}

export function viewsOf(
  { members }: DeskDeps,
  { tenant, visitor }: DeskCall,
): Promise<readonly DeskView[]> {
  return listViews(members, tenant.merchantId, visitor.actor);
}

/** The part of a URL that a view stores: never the search text, which may name a recipient. */
function viewQueryOf(wanted: Wanted): string {
  return queryOf({ ...wanted, q: '' }).toString();
}

function withDone(query: string, done: string): string {
  const next = new URLSearchParams(query);
  next.set('done', done);
  return `${AT}?${next}`;
}

interface Props {
  readonly call: DeskCall;
  readonly wanted: Wanted;
  readonly views: readonly DeskView[];
}

/** Links to the views, and a form to save this one. */
export function Views({ call, wanted, views }: Props) {
  const words = useMessages().desk.shipments;
  const here = viewQueryOf(wanted);
  const removable = views.filter(({ mine }) => mine || call.may('members:manage'));
  return (
    <details class="menu tool">
      <summary>
        <Icon name="views" /> {words.views}
      </summary>
      <div class="sheet">
        {views.length > 0 && (
          <ul class="links">
            <li>
              <a href={AT} aria-current={here === '' ? 'true' : undefined}>
                {words.all}
              </a>
            </li>
            {views.map(({ id, name, query, shared, mine }) => (
              <li key={id}>
                <a href={`${AT}?${query}`} aria-current={query === here ? 'true' : undefined}>
                  {name}
                  {shared && (
                    <span class="soft">{` ${mine ? words.shared : words.ofColleague}`}</span>
                  )}
                </a>
              </li>
            ))}
          </ul>
        )}
        <PostForm to="/console/views" class="stack">
          <input type="hidden" name="query" value={here} />
          <label for="view-name">{words.saveView}</label>
          <input
            {...{ id: 'view-name', name: 'name', type: 'text', required: true }}
            maxLength={NAME_CHARS_MAX}
            placeholder={words.viewName}
            autocomplete="off"
          />
          <label class="check">
            <input type="checkbox" name="shared" value="yes" /> {words.forColleagues}
          </label>
          <button type="submit">{words.saveAll}</button>
        </PostForm>
        <p class="soft">{words.viewHint}</p>
        {removable.map(({ id, name }) => (
          <Action
            key={id}
            {...{ to: `/console/views/${id}`, kind: 'danger' }}
            label={words.removeView({ name })}
          />
        ))}
      </div>
    </details>
  );
}
