import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { alpha3OfCountry } from '../../../kernel/places/country-codes.ts';
import {
  jsonAnswer,
  jsonOf,
  localTime,
  type Registration,
  readScenarios,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxPlace,
  type SandboxRequest,
  type SandboxWorld,
  type VisibleEvent,
  type VisibleInstance,
} from '../../sandbox-kit/index.ts';

const TRACKINGS = '/tracking/2026-07/trackings';
const ONE = /^\/tracking\/2026-07\/trackings\/([\w-]{1,128})$/;
const RETRIES = 14;
const FIRST_RETRY_MS = 30_000;

/** The service as documented; written without reading track.ts, bridge.ts or parse.ts. */
export const sandbox: SandboxCarrier = {
  name: 'aftership',
  displayName: 'AfterShip',
  credentials: { api_key: 'asat_sandbox' },
  scenarios: readScenarios(new URL('./scenarios.yaml', import.meta.url)).scenarios,
  demo: { number: '61299990000000000090', scenario: 'delivered', pace: 1_800 },
  rates: [
    { name: 'creations', endpoint: 'create', calls: 20, perS: 1 },
    { name: 'lists', endpoint: 'list', calls: 6, perS: 1 },
    { name: 'single trackings', endpoint: 'one', calls: 5, perS: 1 },
  ],
  bridge: { carrierCode: 'fedex', quota: null },
  accountOf: ({ headers }) => headers['as-api-key'] ?? null,
  answer(request, world) {
    const key = request.headers['as-api-key'] ?? '';
    if (key === '' || world.credentials(key, '') !== 'good') {
      return failure(401, 401, 'Unauthorized', 'The API key is invalid.');
    }
    return route(request, world, key);
  },
  faultAnswer(fault, _request, world) {
    switch (fault) {
      case 'unavailable':
        return failure(503, 503, 'InternalError', "Something went wrong on AfterShip's end.");
      case 'server_error':
        return failure(500, 500, 'InternalError', "Something went wrong on AfterShip's end.");
      case 'rate_limited':
        return throttled(world);
      case 'token_throttled':
        return null;
    }
  },
  push: {
    retriesAfterMs: Array.from({ length: RETRIES }, (_, index) => FIRST_RETRY_MS * 2 ** index),
    accepts: (status) => status >= 200 && status < 300,
    wants: ({ subscription, parcel }, world) =>
      world.registrations.find(subscription.account, parcel?.number ?? '') !== null,
    compose({ subscription, parcel, event }, world) {
      const registration = world.registrations.find(subscription.account, parcel?.number ?? '');
      const body = JSON.stringify({
        event: 'tracking_update',
        event_id: world.newId(),
        is_tracking_first_tag: false,
        msg:
          registration === null ? null : tracking(registration, world, event?.atMs ?? world.nowMs),
        ts: Math.floor(world.nowMs / 1_000),
      });
      const signature = createHmac('sha256', subscription.secret)
        .update(body, 'utf8')
        .digest('base64');
      return {
        headers: {
          'content-type': 'application/json',
          'as-webhook-version': '2026-07',
          'aftership-hmac-sha256': signature,
        },
        body,
      };
    },
  },
};

const creation = z.object({ tracking_number: z.string().min(1), slug: z.string().optional() });
const NUMBER = /^[A-Z0-9._/-]{4,100}$/;
const PAGE_DEFAULT = 100;
const PAGE_MAX = 200;

function route(request: SandboxRequest, world: SandboxWorld, account: string): SandboxAnswer {
  const { method, path } = request;
  const id = ONE.exec(path)?.[1];
  switch (`${method} ${id === undefined ? path : 'one'}`) {
    case `POST ${TRACKINGS}`:
      return world.spend('create', account).ok ? create(request, world, account) : throttled(world);
    case `GET ${TRACKINGS}`:
      return world.spend('list', account).ok ? list(request, world, account) : throttled(world);
    case 'GET one':
    case 'DELETE one':
      return world.spend('one', account).ok
        ? one(method, id ?? '', world, account)
        : throttled(world);
    default:
      return failure(404, 404, 'NotFound', 'The URI requested is invalid.');
  }
}

function create(request: SandboxRequest, world: SandboxWorld, account: string): SandboxAnswer {
  const body = jsonOf(request);
  if (body === undefined) return failure(400, 4001, 'BadRequest', 'Invalid JSON data.');
  const read = creation.safeParse(body);
  if (!read.success) return failure(400, 4007, 'BadRequest', 'tracking_number is required.');
  const { tracking_number: number, slug } = read.data;
  if (!NUMBER.test(number)) {
    return failure(400, 4017, 'BadRequest', 'The format of tracking_number is invalid.');
  }
  const before = world.registrations.find(account, number);
  if (before !== null && (slug === undefined || before.carrierCode === slug)) {
    const existing = { id: before.id, tracking_number: number, slug: before.carrierCode };
    return failure(400, 4003, 'BadRequest', 'Tracking already exists.', existing);
  }
  if (slug === undefined && world.parcel(number) === null) {
    return failure(
      400,
      4012,
      'BadRequest',
      'Unable to import shipment as the carrier is unrecognized.',
    );
  }
  const wanted = { account, number, carrierCode: slug ?? SLUG };
  const registration = world.registrations.add(wanted);
  return registration === null
    ? failure(402, 402, 'PaymentRequired', 'The quota is used up.')
    : success(201, tracking(registration, world), world);
}

function list({ query }: SandboxRequest, world: SandboxWorld, account: string): SandboxAnswer {
  const wanted = query.get('tracking_numbers')?.split(',');
  const slug = query.get('slug');
  const limit = Math.min(Number(query.get('limit')) || PAGE_DEFAULT, PAGE_MAX);
  const from = Number(query.get('cursor') ?? '0') || 0;
  const all = world.registrations
    .list(account)
    .filter(({ number, carrierCode }) => {
      const isWanted = wanted === undefined || wanted.includes(number);
      return isWanted && (slug === null || carrierCode === slug);
    })
    .toReversed();
  const hasNext = all.length > from + limit;
  const data = {
    pagination: {
      total: all.length,
      next_cursor: hasNext ? String(from + limit) : '',
      has_next_page: hasNext,
    },
    trackings: all.slice(from, from + limit).map((each) => tracking(each, world)),
  };
  return success(200, data, world);
}

function one(method: string, id: string, world: SandboxWorld, account: string): SandboxAnswer {
  const registration = world.registrations.get(id);
  if (registration === null || registration.account !== account) {
    return failure(404, 4004, 'NotFound', 'Tracking does not exist.');
  }
  if (method === 'DELETE') world.registrations.remove(id);
  return success(200, tracking(registration, world), world);
}

const SLUG = 'fedex';
const GRAMS_PER_KG = 1_000;

/** A tracking, with the checkpoints that happened by `untilMs`. */
function tracking(registration: Registration, world: SandboxWorld, untilMs = world.nowMs) {
  const { id, number, carrierCode, createdAtMs } = registration;
  const slug = carrierCode ?? SLUG;
  const life = world.parcel(number)?.lives.at(-1);
  const events = (life?.events ?? []).filter(({ atMs }) => atMs <= untilMs);
  const subtag = events.at(-1)?.codes['subtag'] ?? 'Pending_001';
  return {
    id,
    legacy_id: id.slice(0, 24),
    created_at: stamp(createdAtMs, 'UTC'),
    updated_at: stamp(Math.max(createdAtMs, events.at(-1)?.atMs ?? 0), 'UTC'),
    tracking_number: number,
    slug,
    active: true,
    custom_fields: null,
    ...(life === undefined ? {} : shipment(life)),
    signed_by: null,
    source: 'api',
    tag: tagOf(subtag),
    subtag,
    subtag_message: events.at(-1)?.text ?? 'Pending',
    title: number,
    tracked_count: 1,
    checkpoints: events.map((event) => checkpoint(event, slug, id)),
    return_to_sender: events.some(({ codes }) => codes['subtag'] === 'Exception_011'),
    shipment_tags: [],
    last_mile: null,
    first_mile: null,
    return_shipment: null,
    forward_shipment: null,
    shipment_direction: 'forward',
  };
}

function shipment({ service, weightG, pieces, origin, destination, estimate }: VisibleInstance) {
  return {
    shipment_type: service,
    shipment_weight: { unit: 'kg', value: weightG / GRAMS_PER_KG },
    shipment_package_count: pieces,
    origin_city: origin.city,
    origin_state: origin.region,
    origin_postal_code: origin.postalCode,
    origin_country_region: alpha3OfCountry(origin.country),
    destination_city: destination.city,
    destination_state: destination.region,
    destination_postal_code: destination.postalCode,
    destination_country_region: alpha3OfCountry(destination.country),
    courier_estimated_delivery_date:
      estimate === null
        ? null
        : {
            estimated_delivery_date: localTime(estimate.atMs, destination.zone).date,
            estimated_delivery_date_min: null,
            estimated_delivery_date_max: null,
          },
  };
}

/** A checkpoint. Times have an offset only where the carrier names a place. */
function checkpoint({ codes, text, atMs, place, index }: VisibleEvent, slug: string, id: string) {
  const { date, time } = localTime(atMs, place?.zone ?? 'America/New_York');
  const subtag = codes['subtag'] ?? '';
  return {
    created_at: stamp(atMs, 'UTC'),
    slug,
    checkpoint_time: place === null ? `${date}T${time}` : stamp(atMs, place.zone),
    location: place?.city ?? null,
    ...placeMembers(place),
    coordinate: null,
    message: text,
    tag: tagOf(subtag),
    subtag,
    subtag_message: text,
    raw_tag: codes['raw_tag'] ?? null,
    events: [],
    source: 'carrier',
    hash: `${id.slice(0, 32)}${String(index).padStart(8, '0')}`,
  };
}

function placeMembers(place: SandboxPlace | null) {
  return {
    city: place?.city ?? null,
    state: place?.region ?? null,
    postal_code: place?.postalCode ?? null,
    country_region: place === null ? null : alpha3OfCountry(place.country),
    country_region_name: null,
  };
}

function tagOf(subtag: string): string {
  return subtag.replace(/_\d+$/, '');
}

function stamp(atMs: number, zone: string): string {
  const { date, time, offset } = localTime(atMs, zone);
  return `${date}T${time}${offset}`;
}

function success(status: number, data: unknown, world: SandboxWorld): SandboxAnswer {
  return jsonAnswer(status, { meta: { code: status }, data }, limits(world, 1));
}

function throttled(world: SandboxWorld): SandboxAnswer {
  const { status, headers, body } = failure(
    429,
    429,
    'TooManyRequests',
    'You have exceeded the API call rate limit.',
  );
  return { status, headers: { ...headers, ...limits(world, 0) }, body };
}

function limits({ nowMs }: SandboxWorld, remaining: number): Readonly<Record<string, string>> {
  return {
    'x-ratelimit-limit': '5',
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': String(Math.floor(nowMs / 1_000) + 1),
  };
}

function failure(
  status: number,
  code: number,
  type: string,
  message: string,
  data: unknown = {},
): SandboxAnswer {
  return jsonAnswer(status, { meta: { code, type, message, errors: [] }, data });
}
