import { LRUCache } from 'lru-cache';
import {
  bridgesOf,
  type CarrierAdapter,
  type CatalogueCarrier,
  detectCarriers,
  type Reach,
  type Registry,
  reachOf,
  shippedCatalogue,
} from '../../../adapters/index.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { type SourceFigures, sourceFigures } from '../../../tracking/ports/mappings.ts';
import type { TrackingDeps } from '../../../tracking/ports/shipments.ts';
import { pageOfAll } from '../../kit/paged.ts';
import { resource } from '../../kit/resource.ts';
import { environment } from '../carrier-accounts/schema.ts';
import { candidateJson } from '../shipments/new-shipment.ts';
import { carrierList, carriersQuery, detection, detectQuery } from './schema.ts';

/** Enough for a stable p95, few enough to count in a fraction of a second. */
const SHIPMENTS_MAX = 5_000;
/** Figures over days do not change within a minute. */
const CACHE_MS = 60_000;
const TENANTS_CACHED_MAX = 1_000;

type FiguresByCarrier = ReadonlyMap<string, SourceFigures>;

/** Figures of pushes and polls by carrier for that tenant; recomputed at most once a minute. */
function createSourceFigures(
  tracking: Pick<TrackingDeps, 'db' | 'clock'>,
): (tenant: Tenant) => Promise<FiguresByCarrier> {
  const cached = new LRUCache<string, { figures: Promise<FiguresByCarrier>; untilMs: number }>({
    max: TENANTS_CACHED_MAX,
  });

  async function count(tenant: Tenant): Promise<FiguresByCarrier> {
    const all = await withTenant(tracking.db.app, tenant, (tx) => sourceFigures(tx, SHIPMENTS_MAX));
    return new Map(all.map((figures) => [figures.carrier, figures]));
  }

  return async (tenant) => {
    const key = `${tenant.merchantId} ${tenant.mode}`;
    const nowMs = tracking.clock.nowMs();
    const known = cached.get(key);
    if (known !== undefined && known.untilMs > nowMs) return known.figures;
    const figures = count(tenant);
    cached.set(key, { figures, untilMs: nowMs + CACHE_MS });
    figures.catch(() => cached.delete(key));
    return figures;
  };
}

/** Snake case; null when the tenant received nothing from the carrier. */
function sourceFiguresJson(figures: SourceFigures | undefined) {
  if (figures === undefined) return null;
  const { shipments, pushOnly, pollOnly, both, pushDelay, pollDelay } = figures;
  return {
    shipments,
    push_only: pushOnly,
    poll_only: pollOnly,
    both,
    push_delay: { median_s: pushDelay.medianS, p95_s: pushDelay.p95S },
    poll_delay: { median_s: pollDelay.medianS, p95_s: pollDelay.p95S },
  };
}

/** What this installation knows about carriers. */
export const carriers = resource(
  { noun: 'carrier', tag: 'Carriers' },
  {
    detect: {
      id: 'detectCarrier',
      method: 'GET',
      path: '/detect',
      summary: 'Detect the carrier of a tracking number',
      scope: 'shipments:read',
      query: detectQuery,
      answers: { 200: { description: 'Candidates, possibly none.', schema: detection } },
    },
    list: {
      id: 'listCarriers',
      method: 'GET',
      path: '/carriers',
      summary: 'List all carriers that this installation knows',
      description:
        'Installed carriers, and those of the catalogue. Members that only an adapter can supply ' +
        'are null where there is none.',
      scope: 'shipments:read',
      query: carriersQuery,
      answers: { 200: { description: 'All of them, by id.', schema: carrierList } },
    },
  },
  ({
    registry,
    publicUrl,
    tracking,
  }: {
    readonly registry: Registry;
    readonly publicUrl: () => string;
    readonly tracking: TrackingDeps;
  }) => {
    const figuresBy = createSourceFigures(tracking);
    return {
      list: async ({ tenant, query }) => {
        const figures = await figuresBy(tenant);
        const known = knownCarriers(registry).filter(
          ({ reach, listed }) =>
            (query.reach ?? reach) === reach &&
            (query.country === undefined || listed?.countries.includes(query.country)),
        );
        const body = pageOfAll('carriers', tenant, query, known, {
          key: ({ id }) => id,
          json: ({ id, reach, adapter, listed }) => ({
            id,
            reach,
            ...listedJson(listed),
            ...(adapter === undefined ? NO_ADAPTER : carrierJson(adapter, publicUrl())),
            ...scorecardJson(adapter, registry),
            sources: sourceFiguresJson(figures.get(id)),
          }),
        });
        return { status: 200, body };
      },
      detect: async ({ query }) => {
        const candidates = detectCarriers(registry, query.tracking_number).map(candidateJson);
        return { status: 200, body: { number: query.tracking_number, candidates } };
      },
    };
  },
);

/** A carrier that is installed, in the catalogue, or both. */
interface KnownCarrier {
  readonly id: string;
  readonly reach: Reach;
  readonly adapter: CarrierAdapter | undefined;
  readonly listed: CatalogueCarrier | undefined;
}

function knownCarriers(registry: Registry): readonly KnownCarrier[] {
  const catalogue = shippedCatalogue();
  const ids = new Set([
    ...registry.carriers().map(({ manifest }) => manifest.name),
    ...catalogue.list().map(({ id }) => id),
  ]);
  return [...ids].map((id) => {
    const listed = catalogue.get(id);
    return { id, reach: reachOf(registry, listed), adapter: registry.get(id), listed };
  });
}

/** The members that the catalogue supplies. */
function listedJson(listed: CatalogueCarrier | undefined) {
  return {
    name: listed?.name ?? '',
    names: listed?.names ?? [],
    countries: listed?.countries ?? [],
    asks: listed?.asks ?? [],
    bridges: listed === undefined ? [] : bridgesOf(listed),
    website: listed?.website ?? null,
    public_tracking_url: listed?.page ?? null,
  };
}

/** The members that only an adapter supplies. */
const NO_ADAPTER = {
  limits: null,
  credentials: null,
  environments: null,
  push: null,
  time_zone_policy: null,
  retention: null,
  docs: null,
};

function carrierJson({ manifest, access }: CarrierAdapter, publicUrl: string) {
  const { limits, push, retention } = manifest;
  return {
    name: manifest.displayName,
    limits: {
      batch_max: limits.batchMax,
      calls_per_second: limits.callsPerSecond,
      calls_per_hour: limits.callsPerHour,
      calls_per_day: limits.callsPerDay,
      burst:
        limits.burst === undefined ? null : { calls: limits.burst.calls, per_s: limits.burst.perS },
      source: limits.source,
    },
    credentials: (access?.credentials ?? []).map(({ name, label, secret, required }) => ({
      name,
      label,
      secret,
      required,
    })),
    environments:
      access === undefined
        ? []
        : environment.options.filter(
            (each) => each !== 'carrier_test' || access.origins.test !== null,
          ),
    push: push && {
      url: webhookUrl(publicUrl, manifest.name),
      trust: push.trust,
      header: push.header,
      header_configurable: push.headerConfigurable,
      replay_window_s: push.replayWindowS,
      subscription:
        push.subscription === undefined
          ? null
          : {
              scope: push.subscription.scope,
              life_s: push.subscription.lifetimeS,
            },
    },
    time_zone_policy: manifest.zonePolicy,
    retention: {
      delete_days_after_delivery: retention.deleteDaysAfterDelivery,
      note: retention.note,
    },
    public_tracking_url: manifest.publicTrackingUrl,
    docs: manifest.docs.map(({ title, url, readOn }) => ({ title, url, read_on: readOn })),
  };
}

/** Returns the capabilities that the scorecard proves, and its result; empty and null without one. */
function scorecardJson(adapter: CarrierAdapter | undefined, registry: Registry) {
  if (adapter === undefined) return { capabilities: null, quality: null };
  const { manifest } = adapter;
  const card = registry.home(manifest.name)?.scorecard ?? null;
  return {
    capabilities: manifest.capabilities.filter((each) => card?.capabilities.includes(each)),
    quality: card && {
      level: card.level,
      checks_passed: card.checksPassed,
      checks_total: card.checksTotal,
    },
  };
}

/** Where a carrier posts: one URL for all, or one per account. */
export function webhookUrl(publicUrl: string, carrier: string, accountId?: string): string {
  const path = accountId === undefined ? carrier : `${carrier}/${accountId}`;
  return `${publicUrl}/webhooks/carrier/${path}`;
}
