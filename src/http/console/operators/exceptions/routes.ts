import { h } from 'preact';
import { Problem } from '../../../../kernel/errors.ts';
import { visibleMerchants } from '../../../../merchants/index.ts';
import { withTenant } from '../../../../platform/database/database.ts';
import { type Exceptions, STATS_BY } from '../../../../reactions/exceptions/index.ts';
import { CASES, casePosition } from '../../../api/exceptions/case-routes.ts';
import { isShown } from '../../../kit/file-types.ts';
import { readPage } from '../../../kit/paged.ts';
import type { Route } from '../../../kit/route.ts';
import { consolePage, WRITING_KEY } from '../console-route.ts';
import type { ConsoleDeps } from '../visit.ts';
import { ExceptionPage } from './case-page.tsx';
import { caseForms, tenantOf } from './forms.ts';
import { ExceptionsPage, lastWeeks, SHOWN, type Shown } from './page.tsx';

const CASES_SHOWN = 50;
const GROUPS_SHOWN = 20;
/** A case has few claims: a new one follows each rejected one. */
const CLAIMS_SHOWN = 100;
const WEEKS_SHOWN = 12;
/** The maximum number of rows: weeks times kinds. */
const CHART_ROWS_MAX = 200;
const DAYS_COUNTED_MS = 90 * 86_400_000;

/** Exceptions of all merchants: counts by kind, and working on one. */
export function exceptionConsoleRoutes(deps: ConsoleDeps): readonly Route[] {
  const { exceptions } = deps.parts;
  if (exceptions === undefined) return [];
  return [
    overviewPage(deps, exceptions),
    casePage(deps, exceptions),
    evidencePage(deps, exceptions),
    ...caseForms(deps, exceptions),
  ];
}

function overviewPage(deps: ConsoleDeps, exceptions: Exceptions): Route {
  const { clock } = deps.parts;
  return consolePage(deps, '/ops/exceptions', async (call) => {
    const nowMs = clock.nowMs();
    const shown = SHOWN.find((name) => name === call.query.get('show')) ?? 'open';
    const group = STATS_BY.find((each) => each === call.query.get('by')) ?? 'reason';
    const cases = await readPage(
      CASES,
      null,
      { shown, cursor: call.query.get('cursor') ?? undefined, limit: CASES_SHOWN },
      (after, limit) =>
        exceptions.list(null, {
          filter: filterOf(shown, nowMs),
          after: after && { openedAt: after.at, id: after.id },
          limit,
        }),
      { position: casePosition, json: (row) => row },
    );
    const weeks = lastWeeks(nowMs, WEEKS_SHOWN);
    const fromMs = Date.parse(`${weeks[0]}T00:00:00Z`);
    const untilMs = nowMs + 1;
    return h(ExceptionsPage, {
      deps,
      call,
      shown,
      by: group,
      cases: cases.data,
      nextCursor: cases.next_cursor,
      chart: {
        weeks,
        rows: await exceptions.stats(null, {
          by: ['week', 'kind'],
          fromMs,
          untilMs,
          limit: CHART_ROWS_MAX,
        }),
      },
      stats: await exceptions.stats(null, {
        by: [group],
        fromMs: nowMs - DAYS_COUNTED_MS,
        untilMs,
        limit: GROUPS_SHOWN,
      }),
    });
  });
}

function casePage(deps: ConsoleDeps, exceptions: Exceptions): Route {
  const { db, custody } = deps.parts;
  return consolePage(deps, '/ops/exceptions/:id', async (call) => {
    const tenant = await tenantOf(exceptions, call.param('id'));
    const view = await exceptions.show(tenant, call.param('id'));
    if (view === null) throw new Problem('not_found', 'operators.caseShipmentDeleted');
    const [owner] = await withTenant(db.app, tenant, (tx) => visibleMerchants(tx));
    const caseId = view.is.id;
    const claims = await exceptions.claims(tenant, { caseId, after: null, limit: CLAIMS_SHOWN });
    return h(ExceptionPage, {
      deps,
      call,
      view,
      merchant: owner?.slug,
      claims: claims.map(({ claim }) => claim),
      evidence: await exceptions.listEvidence(tenant, caseId),
      courierNotes: (await custody?.notes(tenant, view.shipment.id)) ?? [],
    });
  });
}

function evidencePage(deps: ConsoleDeps, exceptions: Exceptions): Route {
  const { log } = deps.parts;
  return consolePage(deps, '/ops/exceptions/:id/evidence/:evidence', async (call) => {
    const [id, evidenceId] = [call.param('id'), call.param('evidence')];
    const tenant = await tenantOf(exceptions, id);
    if (call.visitor.power !== 'write') {
      throw new Problem('forbidden', 'operators.photosNeedWritingKey', { fix: WRITING_KEY });
    }
    const found = await exceptions.readEvidence(tenant, id, evidenceId);
    if (found === null) throw new Problem('not_found', 'operators.noSuchEvidence');
    log.info(
      { exception_id: id, evidence_id: evidenceId, key_id: call.visitor.key.id },
      'an operator viewed evidence',
    );
    const { mediaType } = found.evidence;
    return {
      bytes: found.bytes,
      name: `evidence-${found.evidence.id}`,
      extension: mediaType.replace(/^.*\//, ''),
      pictureType: isShown(mediaType) && !call.query.has('download') ? mediaType : null,
    };
  });
}

function filterOf(shown: Shown, nowMs: number) {
  switch (shown) {
    case 'open':
    case 'closed':
      return { state: shown };
    case 'merchant':
      return { state: 'open' as const, waitingFor: 'merchant' as const };
    case 'overdue':
      return { state: 'open' as const, dueBeforeMs: nowMs };
  }
}
