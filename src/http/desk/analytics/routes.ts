import { csvRow } from '../../../intake/index.ts';
import { type Analytics, readAnalytics } from '../../../reactions/analytics/index.ts';
import { accuracyOf } from '../../../reactions/predictions/index.ts';
import type { Answer } from '../../kit/answer.ts';
import type { Route } from '../../kit/route.ts';
import { deskFile, deskPage } from '../desk-route.ts';
import type { DeskCall, DeskDeps } from '../visit.ts';
import { type Asked, askedOf } from './asked.ts';
import { AnalyticsPage } from './page.tsx';
import { figuresBy } from './sections.tsx';
import { nameOf } from './words.ts';

/** Dates that are counted for the chart, the newest; counting more would take seconds. */
const DATES_MAX = 20_000;
const DATES_WEEKS_MAX = 13;
const DAY_MS = 86_400_000;
const GROUPS_MAX = 12;

/** Figures of the merchant's parcels: a page, and the same as a file. */
export function analyticsRoutes(deps: DeskDeps): readonly Route[] {
  const { db, clock, adapters } = deps.parts;
  const carriers = adapters.list().map(({ manifest }) => manifest.name);
  const read = (call: DeskCall, asked: Asked) =>
    readAnalytics(db, call.tenant, { ...asked, nowMs: clock.nowMs() });
  return [
    deskPage(deps, 'readDeskAnalytics', async (call) => {
      const asked = askedOf(call.query, carriers);
      const [found, dates] = await Promise.all([read(call, asked), datesOf(deps, call, asked)]);
      return AnalyticsPage({ deps, call, asked, carriers, found, dates });
    }),
    deskFile(deps, 'exportDeskAnalytics', async (call) => {
      const asked = askedOf(call.query, carriers);
      return csvAnswer(await read(call, asked), asked);
    }),
  ];
}

/** Our dates and the carrier's, of the parcels delivered last. */
function datesOf({ parts }: DeskDeps, { tenant }: DeskCall, { weeks, carrier }: Asked) {
  const nowMs = parts.clock.nowMs();
  const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const query = {
    from: dayOf(nowMs - 7 * Math.min(weeks, DATES_WEEKS_MAX) * DAY_MS),
    to: dayOf(nowMs + DAY_MS),
    ...({ at: 'hand_over', by: 'carrier', carrier, lane: null, serviceLevel: null } as const),
    ...{ stage: null, limit: GROUPS_MAX },
  };
  return accuracyOf(parts.db, tenant, query, DATES_MAX);
}

function csvAnswer({ groups, from, to }: Analytics, { by }: Asked): Answer {
  const figures = figuresBy(by);
  const lines = groups.map((group) =>
    csvRow([nameOf(group), ...figures.map(({ of }) => String(of(group.figures) ?? ''))], ','),
  );
  const head = csvRow([by, ...figures.map(({ name, unit }) => `${name} (${unit})`)], ',');
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
