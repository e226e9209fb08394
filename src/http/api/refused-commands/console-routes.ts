import { h } from 'preact';
import { refusedCommands } from '../../../tracking/ports/shipments.ts';
import { deskPage } from '../../console/kit/desk-route.ts';
import type { DeskDeps } from '../../console/kit/visit.ts';
import { readPageById } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import { RefusedCommandsPage } from './console-page.tsx';

const SHOWN = 50;

/** Refused status commands of merchants' systems and couriers. */
export function refusedCommandConsoleRoutes(deps: DeskDeps): readonly Route[] {
  return [
    deskPage(deps, 'readRefusedCommands', async (call) => {
      const { data, next_cursor } = await readPageById(
        'refused-commands',
        null,
        { cursor: call.query.get('cursor') ?? undefined, limit: SHOWN },
        (before, limit) => refusedCommands(deps.parts.db.pipeline, { before, limit }),
        (command) => command,
      );
      return h(RefusedCommandsPage, { deps, call, commands: data, nextCursor: next_cursor });
    }),
  ];
}
