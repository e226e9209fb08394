import { modelList } from '../../../../reactions/predictions/index.ts';
import type { Route } from '../../../route.ts';
import { eddRollback } from '../../../schemas/edd-model.ts';
import { parseBody } from '../../../validation.ts';
import { rolledBackOrRefused } from '../../api/edd-models.ts';
import { consoleForm, consolePage } from '../console-route.ts';
import { noticeOf } from '../notices.ts';
import type { ConsoleDeps } from '../visit.ts';
import { AT, ModelsPage } from './models-page.tsx';

/** The models of delivery dates, for people. */
export function modelConsoleRoutes(deps: ConsoleDeps): readonly Route[] {
  const { parts } = deps;
  return [
    consolePage(deps, AT, async (call) => {
      const models = await modelList(parts.db.pipeline);
      const problem = parts.eddModel?.problem()?.what ?? null;
      return ModelsPage({ deps, call, notice: noticeOf(call.query), models, problem });
    }),
    consoleForm(deps, `${AT}/rollback`, async ({ form, visitor }) => {
      const asked = form.get('version');
      const order = parseBody(eddRollback, asked === null ? {} : { version: Number(asked) });
      await rolledBackOrRefused(parts, order.version ?? null, visitor.key.name);
      return { seeOther: `${AT}?done=model` };
    }),
  ];
}
