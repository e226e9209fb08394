import { h } from 'preact';
import { modelList } from '../../../reactions/predictions/index.ts';
import { deskForm, deskPage } from '../../console/kit/desk-route.ts';
import type { DeskDeps } from '../../console/kit/visit.ts';
import type { Route } from '../../kit/route.ts';
import { parseBody } from '../../kit/validation.ts';
import { AT, ModelsPage } from './console-page.tsx';
import { eddRollback, rollBackOrThrow } from './routes.ts';

/** The prediction models, for people. */
export function modelConsoleRoutes(deps: DeskDeps): readonly Route[] {
  const { parts } = deps;
  return [
    deskPage(deps, 'readModels', async (call) => {
      const models = await modelList(parts.db.pipeline);
      const problem = parts.eddModel?.problem()?.what ?? null;
      return h(ModelsPage, { deps, call, models, problem });
    }),
    deskForm(deps, 'rollBackModelFromHub', async ({ form, visitor }) => {
      const version = form.get('version');
      const order = parseBody(eddRollback, version === null ? {} : { version: Number(version) });
      const { actor } = visitor;
      // No person's name is stored in the clear.
      const by = actor.kind === 'user' ? actor.id : actor.name;
      await rollBackOrThrow(parts, order.version ?? null, by);
      return { seeOther: `${AT}?done=model` };
    }),
  ];
}
