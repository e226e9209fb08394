import { csvRow } from '../../../intake/index.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import { type Analytics, readAnalytics } from '../../../reactions/analytics/index.ts';
import { comparedDates } from '../../../reactions/predictions/index.ts';
import type { Answer } from '../../kit/answer.ts';
import type { Route } from '../../kit/route.ts';
import { deskFile, deskPage } from '../kit/desk-route.ts';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';
import { AnalyticsPage } from './page.tsx';
import { type AnalyticsQuery, analyticsQueryOf, nameOf } from './query.ts';
import { figuresBy } from './sections.tsx';

const GROUPS_MAX = 12;

/** Figures about the merchant's parcels: a page, and the same as a file. */
export function analyticsRoutes(deps: DeskDeps): readonly Route[] {
  const { db, clock, adapters } = deps.parts;
  const carriers = adapters.carriers().map(({ manifest }) => manifest.name);
  const read = (call: DeskCall, query: AnalyticsQuery) =>
    readAnalytics(db, call.tenant, { ...query, nowMs: clock.nowMs() });
  return [
    deskPage(deps, 'readDeskAnalytics', async (call) => {
      const query = analyticsQueryOf(call.query, carriers);
      const found = await read(call, query);
      const { from, to } = found;
      const dates = await comparedDates(db, call.tenant, {
        carrier: query.carrier,
        from,
        to,
        limit: GROUPS_MAX,
      });
      return AnalyticsPage({ deps, call, query, carriers, found, dates });
    }),
    deskFile(deps, 'exportDeskAnalytics', async (call) => {
      const query = analyticsQueryOf(call.query, carriers);
      return csvAnswer(await read(call, query), query);
    }),
  ];
}

function csvAnswer({ groups, from, to }: Analytics, { by }: AnalyticsQuery): Answer {
  const figures = figuresBy(by);
  const lines = groups.map((group) =>
    csvRow([nameOf(group), ...figures.map(({ of }) => String(of(group.figures) ?? ''))], ','),
  );
  // In English for every reader, because programs read it too.
  const names = figures.map(
    ({ id, unit }) => `${messagesIn('en').desk.analytics.figures[id].name} (${unit})`,
  );
  const head = csvRow([by, ...names], ',');
  return {
    status: 200,
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="analytics-${by}-${from}-${to}.csv"`,
      'x-content-type-options': 'nosniff',
    },
    bytes: Buffer.from(head + lines.join('')),
  };
}
