import { Problem } from '../../../kernel/errors.ts';
import { skipStep } from '../../../merchants/index.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import type { Route } from '../../kit/route.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import { messagesFor } from '../kit/spoken.tsx';
import type { DeskDeps } from '../kit/visit.ts';
import { AddressPage, SetupPage } from './pages.tsx';
import { readSetup } from './state.ts';
import { isOptional, isStep, pathAfter, SETUP_AT } from './steps.tsx';

/** The setup, step by step; the steps themselves are pages of the settings. */
export function setupRoutes(deps: DeskDeps): readonly Route[] {
  const { pipeline } = deps.members.db;
  return [
    deskPage(deps, 'readDeskSetup', async (call) => {
      const steps = await readSetup(deps, call);
      const notice = noticeOf(messagesFor(call).desk.setup, call.query.get('done'));
      return SetupPage({ deps, call, steps, notice });
    }),
    deskPage(deps, 'readDeskAddress', async (call) => AddressPage({ deps, call })),
    deskForm(deps, 'skipDeskSetupStep', async ({ form, tenant, note }) => {
      const resumed = form.get('resume');
      const step = resumed ?? form.get('skip');
      if (!isStep(step) || !isOptional(step))
        throw new Problem('not_found', 'desk.noSuchSetupStep');
      await skipStep(pipeline, tenant.merchantId, step, resumed === null);
      await note(`${resumed === null ? 'skip' : 'resume'} ${step}`);
      if (resumed !== null) return { seeOther: `${SETUP_AT}?done=resumed-${step}` };
      const next = pathAfter(step);
      return { seeOther: next === SETUP_AT ? `${SETUP_AT}?done=skipped-${step}` : next };
    }),
  ];
}

/** The notice for `?done=skipped-STEP` or `resumed-STEP`; null for anything else. Pure. */
function noticeOf(words: Messages['desk']['setup'], done: string | null): string | null {
  const [what, name = null] = (done ?? '').split('-');
  if (!isStep(name)) return null;
  if (what === 'skipped') return words.skipped({ title: words.titles[name] });
  return what === 'resumed' ? words.resumed({ title: words.titles[name] }) : null;
}
