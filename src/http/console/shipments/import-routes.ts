import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import {
  beginImport,
  OPEN_IMPORTS_MAX,
  showDraft,
  showImport,
  startDraft,
} from '../../../tracking/ports/imports.ts';
import { chosenColumns } from '../../api/shipment-imports/columns.ts';
import { readShipmentFile } from '../../api/shipment-imports/read-file.ts';
import type { Route } from '../../kit/route.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';
import { IMPORT_AT, ImportPage, ImportReportPage } from './import-pages.tsx';
import { MatchPage } from './match-columns.tsx';

const RETRY_AFTER_S = 10;

/** Imports of shipments, and their reports. */
export function importRoutes(deps: DeskDeps): readonly Route[] {
  const { tracking } = deps.parts;
  return [
    deskPage(deps, 'readDeskImport', async (call) => ImportPage({ deps, call })),
    deskForm(deps, 'importFromDesk', async ({ tenant, file, note }) => {
      if (file === null) throw new Problem('invalid', 'desk.chooseNonEmptyFile');
      const read = await readShipmentFile(file, null);
      const id = await beginImport(tracking, tenant, { ...read, dryRun: false });
      if (id === null) throw notStarted('too_many');
      await note(id);
      return { seeOther: `${IMPORT_AT}/${id}` };
    }),
    deskForm(deps, 'matchDeskImport', async (call) => {
      const { tenant, form } = call;
      const draft = await draftOf(deps, call, call.param('id'));
      if (draft === null) throw notStarted('begun');
      const chosen = draft.header.fields.map((_, at) => form.get(`column-${at}`) ?? '');
      const dryRun = form.get('do') === 'check';
      try {
        const plan = chosenColumns(draft.header, chosen);
        const begun = await startDraft(tracking, tenant, { ...plan, id: draft.id, dryRun });
        if (begun.kind !== 'started') throw notStarted(begun.kind);
        await call.note(begun.id);
        return { seeOther: `${IMPORT_AT}/${begun.id}${dryRun ? `?draft=${draft.id}` : ''}` };
      } catch (problem) {
        if (!(problem instanceof Problem) || problem.code !== 'invalid') throw problem;
        return { invalid: MatchPage({ deps, call, draft, refusal: { problem, chosen } }) };
      }
    }),
    deskPage(deps, 'readDeskImportReport', async (call) => {
      const id = call.param('id');
      const draft = await draftOf(deps, call, id);
      if (draft !== null) return MatchPage({ deps, call, draft });
      const found = isUuid(id) ? await showImport(tracking, call.tenant, id) : null;
      const checked = await draftOf(deps, call, call.query.get('draft') ?? '');
      const draftId = checked?.id ?? null;
      if (found !== null) return ImportReportPage({ deps, call, found, draftId });
      throw new Problem('not_found', 'desk.noSuchImport');
    }),
  ];
}

function notStarted(kind: 'begun' | 'too_many'): Problem {
  if (kind === 'begun') return new Problem('conflict', 'desk.importHasBegun');
  const detail: ErrorText = { 'desk.tooManyOpenImports': { openImportsMax: OPEN_IMPORTS_MAX } };
  return new Problem('rate_limited', detail, { retryAfterS: RETRY_AFTER_S });
}

async function draftOf({ parts }: DeskDeps, { tenant }: DeskCall, id: string) {
  return isUuid(id) ? showDraft(parts.tracking, tenant, id) : null;
}
