import { isDemoAccount } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { isDemo } from '../../../kernel/tenant.ts';
import { dayIn } from '../../../kernel/time/zoned-time.ts';
import { type Analytics, readAnalytics } from '../../../reactions/analytics/index.ts';
import { casesByMerchant, type ExceptionCase } from '../../../reactions/exceptions/index.ts';
import type { Route } from '../../kit/route.ts';
import { PERIODS } from '../analytics/query.ts';
import { demoStateFor } from '../demo/demo-notice.tsx';
import { deskPage, deskRoute } from '../kit/desk-route.ts';
import { timeZoneFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';
import { MERCHANTS_NAMED } from '../kit/whose.tsx';
import { readStepsOfMode } from '../setup/state.ts';
import { countWanted, loadShipments, wantedOf } from '../shipments/listing.ts';
import { countTabs } from '../shipments/tabs.ts';
import { HomePage } from './page.tsx';

const CASES_SHOWN = 8;
/** As the analytics begin, so that both say the same of a carrier. */
const WEEKS = PERIODS[0];

/** What needs attention, today's numbers against the usual, and what gets worse. */
export function homeRoute(deps: DeskDeps): Route {
  const { parts } = deps;
  const page = deskPage(deps, 'openDesk', async (call) => {
    const { tenant, may } = call;
    const nowMs = parts.clock.nowMs();
    const analytics = (by: 'carrier' | 'lane') =>
      readAnalytics(parts.db, tenant, { weeks: WEEKS, by, carrier: null, nowMs });
    const mayCount = may('analytics:see');
    const setsUp = may('settings:manage') && !isDemo(tenant);
    const [tabs, cases, today, byCarrier, byLane, setup, accounts, demo, casesOfAll] =
      await Promise.all([
        countTabs(deps, call),
        urgentCases(deps, call),
        listsOfToday(deps, call),
        mayCount ? analytics('carrier') : null,
        mayCount ? analytics('lane') : null,
        setsUp ? readStepsOfMode(deps, call) : [],
        setsUp ? deps.accounts.list(tenant) : [],
        demoStateFor(deps, call.visitor),
        // An operator also learns of the cases of merchants they do not look at.
        may('hub:see') ? casesByMerchant(parts.db.pipeline, nowMs, MERCHANTS_NAMED) : [],
      ]);
    const parcels = await loadShipments(
      deps,
      call,
      cases.map(({ shipmentId }) => shipmentId),
    );
    const elsewhere = casesOfAll.filter(
      ({ merchantId, mode }) => merchantId !== tenant.merchantId || mode !== tenant.mode,
    );
    const usual = byCarrier && usualDay(byCarrier);
    const hasSandbox =
      accounts.some(isDemoAccount) &&
      setup.some(({ name, state }) => name === 'carrier' && state === 'open');
    const figures = { today, usual, byCarrier, byLane, hasSandbox };
    const byId = new Map(parcels.map((each) => [each.id, each]));
    return HomePage({
      ...{ deps, call, nowMs, tabs, cases, elsewhere, setup, demo, ...figures },
      parcels: byId,
    });
  });
  // Unknown paths below it get a page, too.
  return {
    ...page,
    below: deskRoute(deps, 'openDesk', () =>
      Promise.reject(
        new Problem('not_found', 'requests.pathNotFound', { fix: 'desk.searchOrChoosePage' }),
      ),
    ).handler,
  };
}

/** The lists of parcels of the reader's day, each with the number of its parcels. */
async function listsOfToday(deps: DeskDeps, call: DeskCall) {
  const today = dayIn(timeZoneFor(call.request), deps.parts.clock.nowMs());
  const counted = async (query: Readonly<Record<string, string>>) => {
    const wanted = wantedOf(new URLSearchParams(query));
    return { wanted, found: await countWanted(deps, call, wanted) };
  };
  const [added, delivered] = await Promise.all([
    counted({ added_since: today }),
    counted({ tab: 'delivered', delivered_since: today, sort: '-updated_at' }),
  ]);
  return { added, delivered };
}

/** The open cases in the order of their queue. */
async function urgentCases(
  { parts }: DeskDeps,
  { tenant }: DeskCall,
): Promise<readonly ExceptionCase[]> {
  const { exceptions } = parts;
  if (exceptions === undefined) return [];
  const first = {
    filter: { state: 'open' },
    after: null,
    limit: CASES_SHOWN,
    isByUrgency: true,
  } as const;
  return (await exceptions.list(tenant, first)).map(({ exceptionCase }) => exceptionCase);
}

/**
 * Parcels of a usual day: the mean of the weeks before this one in which parcels were registered;
 * null: there is none. Pure.
 */
export function usualDay({ weeks }: Pick<Analytics, 'weeks'>) {
  const whole = weeks.slice(0, -1).filter(({ figures }) => figures.registered > 0);
  if (whole.length === 0) return null;
  const mean = (of: 'registered' | 'delivered') =>
    whole.reduce((sum, { figures }) => sum + figures[of], 0) / (7 * whole.length);
  return { registered: mean('registered'), delivered: mean('delivered') };
}
