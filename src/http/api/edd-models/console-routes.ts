import { h } from 'preact';
import { modelList } from '../../../reactions/predictions/index.ts';
import { consoleForm, consolePage } from '../../console/operators/console-route.ts';
import type { ConsoleDeps } from '../../console/operators/visit.ts';
import type { Route } from '../../kit/route.ts';
import { parseBody } from '../../kit/validation.ts';
import { AT, ModelsPage } from './console-page.tsx';
import { eddRollback, rolledBackOrRefused } from './routes.ts';

/** The prediction models, for people. */
export function modelConsoleRoutes(deps: ConsoleDeps): readonly Route[] {
  const { parts } = deps;
  return [
    consolePage(deps, AT, async (call) => {
      const models = await modelList(parts.db.pipeline);
      const problem = parts.eddModel?.problem()?.what ?? null;
      return h(ModelsPage, { deps, call, models, problem });
    }),
    consoleForm(deps, `${AT}/rollback`, async ({ form, visitor }) => {
      const version = form.get('version');
      const order = parseBody(eddRollback, version === null ? {} : { version: Number(version) });
      await rolledBackOrRefused(parts, order.version ?? null, visitor.key.name);
      return { seeOther: `${AT}?done=model` };
    }),
  ];
}
