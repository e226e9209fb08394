import { createHash } from 'node:crypto';
import {
  jsonAnswer,
  jsonOf,
  localTime,
  type PushOccasion,
  readScenarios,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxPlace,
  type SandboxWorld,
  type VisibleEvent,
  type VisibleParcel,
} from '../../sandbox-kit/index.ts';

const BASE = '/track/v2.4/';
const NUMBERS_MAX = 40;
const NUMBER = /^[0-9A-Za-z]{5,50}$/;

/** The service as documented; written without reading the adapter. */
export const sandbox: SandboxCarrier = {
  name: '17track',
  displayName: '17TRACK',
  credentials: { access_key: 'sandbox-access-key' },
  scenarios: readScenarios(new URL('./scenarios.yaml', import.meta.url)).scenarios,
  demo: { number: 'LW900000063CN', scenario: 'delivered', pace: 5_000 },
  rates: [{ name: 'second', endpoint: 'api', calls: 3, perS: 1 }],
  bridge: { carrierCode: '3011', quota: 100 },
  accountOf: ({ headers }) => headers['17token'] ?? null,
  answer(request, world) {
    const key = request.headers['17token'] ?? '';
    if (key === '' || world.credentials(key, '') !== 'good') {
      return failed(401, -18010002, 'Invalid security key.');
    }
    if (!world.spend('api', key).ok) return throttled();
    const verb = request.path.startsWith(BASE) ? request.path.slice(BASE.length) : '';
    if (request.method !== 'POST') return { status: 404, headers: {}, body: '' };
    if (verb === 'getquota') return quotaOf(key, world);
    const answerItem = VERBS[verb];
    if (answerItem === undefined) return { status: 404, headers: {}, body: '' };
    const items = jsonOf(request);
    if (!Array.isArray(items)) return failed(200, -18010013, 'Invalid submitted data.');
    if (items.length > NUMBERS_MAX) {
      return failed(200, -18010014, 'Tracking numbers exceed the 40 limit.');
    }
    const results = items.map((item: unknown) => {
      const { number, carrier } = wantedOf(item);
      return NUMBER.test(number)
        ? answerItem({ account: key, number, carrier }, world)
        : rejection(number, -18010012, "The format of data 'number' is invalid.");
    });
    return jsonAnswer(200, {
      code: 0,
      data: {
        accepted: results.filter((result) => !('error' in result)),
        rejected: results.filter((result) => 'error' in result),
      },
    });
  },
  faultAnswer(fault) {
    switch (fault) {
      case 'unavailable':
        return { status: 503, headers: { 'content-type': 'text/html' }, body: '<html>503</html>' };
      case 'server_error':
        return failed(500, -18010003, 'Internal service error.');
      case 'rate_limited':
        return throttled();
      case 'token_throttled':
        return null;
    }
  },
  push: {
    compose(occasion, world) {
      const body = JSON.stringify({ event: 'TRACKING_UPDATED', data: pushedItem(occasion, world) });
      const { secret } = occasion.subscription;
      const sign = createHash('sha256').update(`${body}/${secret}`).digest('hex');
      return { headers: { 'content-type': 'application/json', sign }, body };
    },
    retriesAfterMs: [600_000, 1_800_000, 3_600_000],
    accepts: (status) => status === 200,
    wants: ({ subscription, parcel }, world) =>
      world.registrations.find(subscription.account, parcel?.number ?? '')?.state === 'tracking',
  },
};

interface Wanted {
  readonly account: string;
  readonly number: string;
  /** 0: to be detected. */
  readonly carrier: number;
}

/** What each call answers about one number. */
const VERBS: Readonly<Record<string, (wanted: Wanted, world: SandboxWorld) => object>> = {
  register({ account, number, carrier }, world) {
    if (world.registrations.find(account, number) !== null) {
      return rejection(number, -18019901, `Tracking number ${number} is already registered.`);
    }
    const carrierCode = carrier === 0 ? detected(number) : String(carrier);
    if (carrierCode === null) return rejection(number, -18019903, 'Carrier cannot be detected.');
    const added = world.registrations.add({ account, number, carrierCode });
    return added === null
      ? rejection(number, -18019908, 'Insufficient quota.')
      : { origin: carrier === 0 ? 1 : 2, number, carrier: Number(carrierCode) };
  },
  gettrackinfo({ account, number }, world) {
    const registration = world.registrations.find(account, number);
    if (registration === null) {
      return rejection(number, -18019902, `Tracking number ${number} is not registered yet.`);
    }
    const parcel = world.parcel(number);
    return parcel === null
      ? rejection(number, -18019909, 'No tracking information at this time.')
      : itemOf(parcel, registration.carrierCode);
  },
  stoptrack({ account, number }, world) {
    const registration = world.registrations.find(account, number);
    if (registration === null) {
      return rejection(number, -18019902, `Tracking number ${number} is not registered yet.`);
    }
    if (registration.state === 'stopped') {
      return rejection(number, -18019906, 'Only numbers in tracking can be stopped.');
    }
    world.registrations.update(registration.id, { state: 'stopped' });
    return { number, carrier: Number(registration.carrierCode) };
  },
};

function wantedOf(item: unknown): Omit<Wanted, 'account'> {
  const members: Readonly<Record<string, unknown>> =
    typeof item === 'object' && item !== null ? { ...item } : {};
  const { number, carrier } = members;
  return {
    number: typeof number === 'string' ? number : '',
    carrier: typeof carrier === 'number' ? carrier : 0,
  };
}

/** Items of China's post can be detected. */
function detected(number: string): string | null {
  return /^[A-Z]{2}\d{9}CN$/.test(number) ? '3011' : null;
}

function pushedItem({ parcel, subscription }: PushOccasion, world: SandboxWorld) {
  if (parcel === null) return {};
  const { carrierCode = null } =
    world.registrations.find(subscription.account, parcel.number) ?? {};
  return itemOf(parcel, carrierCode);
}

/** A parcel as `gettrackinfo` and pushes describe it: the newest event first. */
function itemOf({ number, lives }: VisibleParcel, carrierCode: string | null) {
  const life = lives.at(-1);
  if (life === undefined) return {};
  const events = life.events.toReversed().map(eventOf);
  const [latest] = events;
  const [main = 'NotFound'] = (latest?.sub_status ?? 'NotFound').split('_');
  const due = life.estimate === null ? null : isoTime(life.estimate.atMs, life.destination);
  return {
    number,
    carrier: Number(carrierCode ?? 0),
    param: null,
    tag: null,
    track_info: {
      shipping_info: {
        shipper_address: addressOf(life.origin),
        recipient_address: addressOf(life.destination),
      },
      latest_status: {
        status: main,
        sub_status: latest?.sub_status ?? 'NotFound_Other',
        sub_status_descr: null,
      },
      latest_event: latest ?? null,
      time_metrics: {
        estimated_delivery_date: { source: due === null ? null : 'Official', from: due, to: due },
      },
      misc_info: {
        service_type: life.service,
        weight_kg: String(life.weightG / 1_000),
        pieces: String(life.pieces),
      },
      tracking: {
        providers: [
          {
            provider: { key: Number(carrierCode ?? 0), name: 'China Post', country: 'CN' },
            latest_sync_status: 'Success',
            events,
          },
        ],
      },
    },
  };
}

function eventOf({ codes, text, atMs, place }: VisibleEvent) {
  const zone = place?.zone ?? 'Asia/Shanghai';
  const { date, time, offset } = localTime(atMs, zone);
  return {
    time_iso: `${date}T${time}${offset}`,
    time_utc: new Date(atMs).toISOString().replace('.000', ''),
    time_raw: { date, time, timezone: place === null ? null : offset },
    description: text,
    location: place?.city ?? null,
    stage: null,
    sub_status: codes['sub_status'],
    address: addressOf(place),
  };
}

function addressOf(place: SandboxPlace | null) {
  return {
    country: place?.country ?? null,
    state: place?.region || null,
    city: place?.city ?? null,
    street: null,
    postal_code: place?.postalCode ?? null,
  };
}

function isoTime(atMs: number, { zone }: SandboxPlace): string {
  const { date, time, offset } = localTime(atMs, zone);
  return `${date}T${time}${offset}`;
}

function quotaOf(account: string, world: SandboxWorld): SandboxAnswer {
  const { used, remaining } = world.registrations.quota(account);
  return jsonAnswer(200, {
    code: 0,
    data: {
      quota_used: used,
      quota_remain: remaining,
    },
  });
}

function rejection(number: string, code: number, message: string) {
  return { number, error: { code, message } };
}

function failed(status: number, code: number, message: string): SandboxAnswer {
  return jsonAnswer(status, { code, data: { errors: [{ code, message }] } });
}

function throttled(): SandboxAnswer {
  return { status: 429, headers: { 'retry-after': '1' }, body: '' };
}
