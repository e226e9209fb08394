import { z } from 'zod';
import { definedOnly } from '../../kernel/defined-only.ts';
import { jsonAnswer, type SandboxAnswer } from './carrier.ts';
import { SPEED_MAX } from './clock.ts';
import { found, iso, type Route, readBody, Unusable } from './control-route.ts';
import { SHOP_ROUTES } from './control-shop.ts';
import type { ReceivedRequest, Sandbox } from './create-sandbox.ts';
import { FAULT_KINDS, type Fault } from './limits/faults.ts';

/** The path below which people and tests move the clock, cause faults and look at what happened. */
export const CONTROL = '/_control';

const instant = z
  .union([z.number(), z.iso.datetime({ offset: true })])
  .transform((value) => (typeof value === 'number' ? value : Date.parse(value)));
const CLOCK_ADVANCE = z.strictObject({
  ms: z.number().nonnegative().optional(),
  s: z.number().nonnegative().optional(),
});
const CLOCK_SET = z.strictObject({ to: instant });
const CLOCK_SPEED = z.strictObject({ speed: z.number().min(0).max(SPEED_MAX) });
const share = z.number().min(0).max(1).optional();
const FAULT = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  carrier: z.string().optional(),
  account: z.string().optional(),
  share,
  delay_ms: z.number().nonnegative().optional(),
  how: z.enum(['unavailable', 'refused', 'hangs']).optional(),
  from: instant.optional(),
  until: instant.optional(),
});
const PARCEL = z.strictObject({
  number: z.string().min(1).max(64),
  scenario: z.string().optional(),
  start: z.union([z.literal('now'), z.literal('settled'), instant]).optional(),
  pace: z.number().positive().max(SPEED_MAX).optional(),
});
const texts = z.record(z.string(), z.string());
const EVENT = z.strictObject({
  codes: texts,
  text: z.string(),
  place: z
    .strictObject({
      city: z.string(),
      region: z.string(),
      postal_code: z.string(),
      country: z.string().length(2),
      zone: z.string(),
    })
    .nullable()
    .optional(),
  at: instant.optional(),
  visible_at: instant.optional(),
  push: z.enum(['once', 'lost', 'twice']).optional(),
  details: texts.optional(),
});
const SUBSCRIPTION = z.strictObject({
  account: z.string(),
  url: z.url({ protocol: /^https?$/ }),
  secret: z.string(),
  numbers: z.array(z.string()).nullable().optional(),
  header: z.string().optional(),
});
const CREDENTIALS = z.strictObject({
  id: z.string(),
  secret: z.string().nullable().optional(),
  state: z.enum(['good', 'wrong', 'no_scope']),
});

const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: /^\/?$/,
    what: 'this list',
    run: ({ sandbox }) => ({
      carriers: sandbox.carriers.map(({ name }) => name),
      clock: clockJson(sandbox),
      routes: ROUTES.map(
        ({ method, path, what }) => `${method} ${CONTROL}${readablePath(path)}: ${what}`,
      ),
    }),
  },
  {
    method: 'GET',
    path: /^\/clock$/,
    what: 'what time it is and how fast it runs',
    run: ({ sandbox }) => clockJson(sandbox),
  },
  {
    method: 'POST',
    path: /^\/clock\/advance$/,
    what: '{"s"} or {"ms"}: later by so much; pushes on the way are sent first',
    async run({ sandbox, body }) {
      const { ms = 0, s = 0 } = readBody(CLOCK_ADVANCE, body);
      await sandbox.advance(ms + s * 1_000);
      return clockJson(sandbox);
    },
  },
  {
    method: 'POST',
    path: /^\/clock\/set$/,
    what: '{"to"}: an instant (ISO 8601 with offset, or epoch ms)',
    async run({ sandbox, body }) {
      sandbox.clock.set(readBody(CLOCK_SET, body).to);
      await sandbox.pump();
      return clockJson(sandbox);
    },
  },
  {
    method: 'POST',
    path: /^\/clock\/speed$/,
    what: '{"speed"}: 1 is real time, 3600 an hour per second, 0 stops the clock',
    run({ sandbox, body }) {
      sandbox.clock.setSpeed(readBody(CLOCK_SPEED, body).speed);
      return clockJson(sandbox);
    },
  },
  {
    method: 'GET',
    path: /^\/scenarios$/,
    what: 'the scenarios of all carriers and their magic numbers',
    run: ({ sandbox }) =>
      sandbox.carriers.flatMap(({ name, scenarios }) =>
        scenarios.map((each) => ({
          carrier: name,
          scenario: each.name,
          title: each.title,
          numbers: each.numbers,
        })),
      ),
  },
  {
    method: 'GET',
    path: /^\/faults$/,
    what: 'what is broken on purpose',
    run: ({ sandbox }) => sandbox.faults.list().map(faultJson),
  },
  {
    method: 'POST',
    path: /^\/faults$/,
    what: '{"kind","carrier"?,"account"?,"share"?,"delay_ms"?,"how"?,"from"?,"until"?}',
    run({ sandbox, body }) {
      const { delay_ms: delayMs, from: fromMs, until: untilMs, ...rest } = readBody(FAULT, body);
      return faultJson(sandbox.faults.add({ ...rest, delayMs, fromMs, untilMs }));
    },
  },
  {
    method: 'DELETE',
    path: /^\/faults$/,
    what: 'mends everything',
    run: ({ sandbox }) => sandbox.faults.liftAll(),
  },
  {
    method: 'DELETE',
    path: /^\/faults\/(\w+)$/,
    what: 'mends one',
    run: ({ sandbox, groups: [id = ''] }) => ({ done: found(sandbox.faults.lift(id) || null) }),
  },
  {
    method: 'GET',
    path: /^\/([\w-]+)\/parcels$/,
    what: 'numbers and the scenarios they play',
    run: ({ sandbox, groups: [carrier = ''] }) => sandbox.parcels(carrier).map(parcelJson),
  },
  {
    method: 'POST',
    path: /^\/([\w-]+)\/parcels$/,
    what: '{"number","scenario"?,"start"?,"pace"?}: a number begins a scenario',
    run({ sandbox, groups: [carrier = ''], body }) {
      const { start, ...wanted } = readBody(PARCEL, body);
      const { scenarios = [] } = sandbox.carriers.find(({ name }) => name === carrier) ?? {};
      if (
        wanted.scenario !== undefined &&
        !scenarios.some(({ name }) => name === wanted.scenario)
      ) {
        throw new Unusable(`no scenario "${wanted.scenario}"; GET ${CONTROL}/scenarios lists them`);
      }
      const atStart = typeof start === 'number' ? { atMs: start } : start;
      return parcelJson(sandbox.register(carrier, { ...wanted, start: atStart }));
    },
  },
  {
    method: 'DELETE',
    path: /^\/([\w-]+)\/parcels\/([^/]+)$/,
    what: 'the carrier knows the number no more',
    run: ({ sandbox, groups: [carrier = '', number = ''] }) => ({
      done: found(sandbox.remove(carrier, number) || null),
    }),
  },
  {
    method: 'POST',
    path: /^\/([\w-]+)\/parcels\/([^/]+)\/events$/,
    what: '{"codes","text","place"?,"at"?,"visible_at"?,"push"?,"details"?}: one more event',
    async run({ sandbox, groups: [carrier = '', number = ''], body }) {
      const {
        at: atMs,
        visible_at: visibleAtMs,
        place,
        push,
        details,
        ...rest
      } = readBody(EVENT, body);
      const added = sandbox.addEvent(carrier, number, {
        ...rest,
        place: place ? { ...place, postalCode: place.postal_code } : null,
        atMs,
        visibleAtMs,
        ...definedOnly({ push, details }),
      });
      await sandbox.pump();
      return { done: found(added || null) };
    },
  },
  {
    method: 'GET',
    path: /^\/([\w-]+)\/subscriptions$/,
    what: 'who is pushed to, without the secrets',
    run: ({ sandbox, groups: [carrier = ''] }) =>
      sandbox.subscriptions(carrier).map((each) => ({
        id: each.id,
        account: each.account,
        numbers: each.numbers,
        url: each.url,
        state: each.state,
        expires_at: iso(each.expiresAtMs),
      })),
  },
  {
    method: 'POST',
    path: /^\/([\w-]+)\/subscriptions$/,
    what: '{"account","url","secret","numbers"?,"header"?}: a hook, as typed into the portal',
    run({ sandbox, groups: [carrier = ''], body }) {
      const { numbers = null, ...wanted } = readBody(SUBSCRIPTION, body);
      return { id: sandbox.subscribe(carrier, { ...wanted, numbers }).id };
    },
  },
  {
    method: 'DELETE',
    path: /^\/([\w-]+)\/subscriptions$/,
    what: 'all subscriptions end before their time',
    run: ({ sandbox, groups: [carrier = ''] }) => sandbox.endSubscriptions(carrier),
  },
  {
    method: 'GET',
    path: /^\/([\w-]+)\/pushes$/,
    what: 'webhooks sent and held back, newest last',
    run: ({ sandbox, groups: [carrier = ''] }) =>
      sandbox.pushes(carrier).map(({ atMs, subscriptionId, ...push }) => ({
        at: iso(atMs),
        subscription_id: subscriptionId,
        ...push,
      })),
  },
  {
    method: 'POST',
    path: /^\/([\w-]+)\/credentials$/,
    what: '{"id","secret"?,"state"}: good, wrong or no_scope from now on',
    run({ sandbox, groups: [carrier = ''], body }) {
      const { id, secret = null, state } = readBody(CREDENTIALS, body);
      sandbox.setCredentials(carrier, id, secret, state);
    },
  },
  {
    method: 'DELETE',
    path: /^\/([\w-]+)\/tokens$/,
    what: 'all tokens are expired from now on',
    run: ({ sandbox, groups: [carrier = ''] }) => sandbox.expireTokens(carrier),
  },
  {
    method: 'GET',
    path: /^\/([\w-]+)\/calls$/,
    what: 'totals, limits with peaks and violations, and the last calls (?limit=)',
    run({ sandbox, groups: [carrier = ''], query }) {
      const { calls, violations, byStatus } = sandbox.callFigures(carrier);
      const limit = Number(query.get('limit') ?? 100);
      return {
        calls,
        violations,
        by_status: byStatus,
        tokens_issued: sandbox.tokensIssued(carrier),
        limits: sandbox.rateFigures(carrier).map((figure) => ({
          ...figure,
          limit: figure.limit.name,
          endpoint: figure.limit.endpoint,
          allowed: figure.limit.calls,
          per_s: figure.limit.perS,
        })),
        last: sandbox.calls
          .list({ carrier, limit: Number.isSafeInteger(limit) && limit > 0 ? limit : 100 })
          .map(({ atMs, carrier: _, ...call }) => ({ at: iso(atMs), ...call })),
      };
    },
  },
  ...SHOP_ROUTES,
];

/** Answers one request below `/_control`; never rejects because of the request. */
export async function answerControl(
  sandbox: Sandbox,
  { method, path, text = '' }: ReceivedRequest,
): Promise<SandboxAnswer> {
  const url = new URL(`http://sandbox${path}`);
  const below = url.pathname.slice(CONTROL.length);
  const matching = ROUTES.flatMap((route) => {
    const match = route.path.exec(below);
    return match === null ? [] : [{ route, match }];
  });
  const hit = matching.find(({ route }) => route.method === method);
  if (hit === undefined) {
    const status = matching.length === 0 ? 404 : 405;
    return jsonAnswer(status, { error: `GET ${CONTROL} lists what there is` });
  }
  const groups = hit.match.slice(1).map((group) => decodeURIComponent(group));
  try {
    const [carrier] = groups;
    if (/\[\\w-\]/.test(hit.route.path.source) && !isCarrier(sandbox, carrier)) {
      throw new Unusable(`no carrier "${carrier}"`);
    }
    const body = text.trim() === '' ? {} : parseJson(text);
    const value = await hit.route.run({ sandbox, groups, query: url.searchParams, body });
    return value === undefined ? { status: 204, headers: {}, body: '' } : jsonAnswer(200, value);
  } catch (error) {
    if (error instanceof Unusable) return jsonAnswer(422, { error: error.message });
    throw error;
  }
}

function isCarrier(sandbox: Sandbox, name: string | undefined): boolean {
  return sandbox.carriers.some((carrier) => carrier.name === name);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Unusable('the body is not JSON');
  }
}

function clockJson({ clock }: Sandbox) {
  return { now: new Date(clock.nowMs()).toISOString(), speed: clock.speed };
}

function faultJson({ id, kind, carrier, account, share, delayMs, how, fromMs, untilMs }: Fault) {
  return {
    id,
    kind,
    carrier: carrier ?? null,
    account: account ?? null,
    share,
    delay_ms: delayMs,
    how: how ?? null,
    from: iso(fromMs),
    until: iso(untilMs ?? null),
  };
}

function parcelJson({
  number,
  scenario,
  startMs,
  pace,
}: {
  number: string;
  scenario: string;
  startMs: number;
  pace: number;
}) {
  return { number, scenario, start: iso(startMs), pace };
}

/** The path of a route for people: `^\/([\w-]+)\/parcels$` as `/{carrier}/parcels`. */
function readablePath(path: RegExp): string {
  return path.source
    .replace(/^\^|\$$|\\|\/\?/g, '')
    .replace('([w-]+)', '{carrier}')
    .replace('([^/]+)', '{number}')
    .replace('(w+)', '{id}')
    .replace('(d+)', '{order}');
}
