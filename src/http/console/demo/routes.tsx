import { Problem } from '../../../kernel/errors.ts';
import { isDemo } from '../../../kernel/tenant.ts';
import { askToRemoveDemo, type DemoState, findDemo } from '../../../merchants/index.ts';
import type { Route } from '../../kit/route.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import { useMessages } from '../kit/language.ts';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { Removal } from '../kit/pieces.tsx';
import type { DeskDeps, DeskPageProps } from '../kit/visit.ts';
import { DEMO_AT, seesDemo, ToggleDemo } from './demo-notice.tsx';

/** The page of the demo, and the form that removes it. */
export function demoRoutes(deps: DeskDeps): readonly Route[] {
  const { pipeline } = deps.members.db;
  return [
    deskPage(deps, 'readDeskDemo', async (call) => {
      const state = (await findDemo(pipeline))?.demoState ?? null;
      return <DemoPage {...{ deps, call, state }} />;
    }),
    deskForm(deps, 'removeDeskDemo', async ({ visitor, note }) => {
      // The demo is of the whole hub: members of other merchants neither see nor remove it.
      if (!seesDemo(visitor)) throw new Problem('not_found', 'desk.noDemo');
      if (!isDemo(visitor.tenant)) await note(null);
      await askToRemoveDemo(pipeline);
      return { seeOther: `${DEMO_AT}?done=removing` };
    }),
  ];
}

interface Props extends DeskPageProps {
  readonly state: DemoState | null;
}

function DemoPage(props: Props) {
  return <Page {...props} />;
}

function Page({ deps, call, state }: Props) {
  const words = useMessages().desk.demo;
  const { visitor } = call;
  const isThere = state !== null && seesDemo(visitor);
  const notice = call.query.get('done') === 'removing' ? words.removed : null;
  return (
    <DeskLayout {...{ deps, visitor, notice }} title={words.title} at={DEMO_AT}>
      <PageHead title={words.title} lead={words.lead} />
      {state === 'making' && <p>{words.making}</p>}
      {!isThere && <p>{state === 'removing' ? words.removing : words.none}</p>}
      {isThere && (
        <>
          {!isDemo(visitor.tenant) && <ToggleDemo visitor={visitor} kind="primary" />}
          {call.may('settings:manage') && (
            <div class="card text">
              <p>{words.removeLead}</p>
              <Removal to={`${DEMO_AT}/remove`} label={words.remove} sure={words.removeSure} />
            </div>
          )}
        </>
      )}
    </DeskLayout>
  );
}
