import { h } from 'preact';
import { DROP_STATES } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import { deskFile, deskPage } from '../../console/kit/desk-route.ts';
import type { DeskDeps } from '../../console/kit/visit.ts';
import { readPageById } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import { DropsPage } from './console-page.tsx';
import { rejectedFile } from './routes.ts';

const DROPS_SHOWN = 50;

/** Files dropped by merchants’ scanners. */
export function dropConsoleRoutes(deps: DeskDeps): readonly Route[] {
  const { drops } = deps.parts;
  return [
    deskPage(deps, 'readDrops', async (call) => {
      const requested = call.query.get('state');
      const state = DROP_STATES.find((each) => each === requested) ?? null;
      const [page, counts] = await Promise.all([
        readPageById(
          'drops',
          null,
          { state, cursor: call.query.get('cursor') ?? undefined, limit: DROPS_SHOWN },
          (before, limit) => drops.everybodys({ state, before, limit }),
          (drop) => drop,
        ),
        drops.everybodysCounts(),
      ]);
      const { data, next_cursor: nextCursor } = page;
      return h(DropsPage, { deps, call, state, drops: data, counts, nextCursor });
    }),
    deskFile(deps, 'readRejectedRowsOfDrop', async ({ param }) => {
      const id = param('id');
      const drop = isUuid(id) ? await drops.findAny(id) : null;
      if (drop === null) throw new Problem('not_found', 'values.noSuchFile');
      return rejectedFile(drops, drop);
    }),
  ];
}
