import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import { beginImport, OPEN_IMPORTS_MAX, showImport } from '../../../tracking/index.ts';
import { readShipmentFile } from '../../api/shipment-imports/read-file.ts';
import type { Route } from '../../kit/route.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import type { DeskDeps } from '../kit/visit.ts';
import { IMPORT_AT, ImportPage, ImportReportPage } from './import-pages.tsx';

const RETRY_AFTER_S = 10;

/** Imports of shipments, and their reports. */
export function importRoutes(deps: DeskDeps): readonly Route[] {
  const { tracking } = deps.parts;
  return [
    deskPage(deps, 'readDeskImport', async (call) => ImportPage({ deps, call })),
    deskForm(deps, 'importFromDesk', async ({ tenant, form, file, note }) => {
      if (file === null) throw new Problem('invalid', 'desk.chooseNonEmptyFile');
      const read = await readShipmentFile(file, {});
      const dryRun = form.get('dry_run') === 'yes';
      const id = await beginImport(tracking, tenant, { ...read, dryRun });
      if (id === null) {
        const detail: ErrorText = {
          'desk.tooManyOpenImports': { openImportsMax: OPEN_IMPORTS_MAX },
        };
        throw new Problem('rate_limited', detail, { retryAfterS: RETRY_AFTER_S });
      }
      await note(id);
      return { seeOther: `${IMPORT_AT}/${id}` };
    }),
    deskPage(deps, 'readDeskImportReport', async (call) => {
      const id = call.param('id');
      const found = isUuid(id) ? await showImport(tracking, call.tenant, id) : null;
      if (found !== null) return ImportReportPage({ deps, call, found });
      throw new Problem('not_found', 'desk.noSuchImport');
    }),
  ];
}
