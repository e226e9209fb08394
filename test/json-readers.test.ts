import { expect, it } from 'vitest';
import { sourceOf } from './tidy/sources.ts';
import { FILES, hits, isProduct } from './tidy/tree.ts';

/**
 * `parseJson` (kernel/wire/json.ts) reads what others write, without changing long numbers. What
 * `JSON.parse` may read in `src`, because no long number is lost there: files, and whole folders.
 */
const ALLOWED: Readonly<Record<string, string>> = {
  'is the reader itself': `
    kernel/wire/json.ts`,
  'the hub wrote it: stored, sealed, or sent to its own programs': `
    cli/doctor/doctor.ts cli/edd/score.ts cli/listen/listen.ts fleet/couriers/
    fleet/deliveries/addresses.ts fleet/driver/judge-answer.ts fleet/driver/live/watch-route.ts
    fleet/pages/couriers/enrolment-routes.ts fleet/positions/live/ fleet/positions/places/
    fleet/sandbox-couriers/phone.ts http/compat/easypost/event-routes.ts
    http/compat/move/progress-file.ts http/console/webhooks/delivery-page.tsx
    http/kit/idempotency.ts http/kit/paged.ts http/public/personal-link/personal-page.ts
    http/public/tracking/entrance.ts http/public/tracking/find.ts
    http/public/tracking/subscribe.ts http/public/tracking/track.ts intake/account-secrets.ts
    intake/drops/drops-read.sql.ts intake/handshakes.ts intake/pack-content.ts
    intake/scans/strip-scans.ts kernel/wire/explain-issues.ts merchants/members/ platform/backups/
    platform/cached-results.ts platform/objects/presigned.ts platform/observability/log.ts
    platform/process/run-file.ts reactions/exceptions/requests/request.ts
    reactions/live/fan-out.ts reactions/merchant-webhooks/deliveries/body.ts
    reactions/merchant-webhooks/endpoints/endpoint.ts reactions/notifications/channels/accounts/
    reactions/notifications/deliver/ reactions/notifications/mailbox-view/
    reactions/notifications/notifications.sql.ts reactions/notifications/people/
    reactions/predictions/models/active-model.ts shops/connections/shop.ts
    shops/orders/order-content.ts tracking/archiving/ tracking/facts/note.ts tracking/imports/
    tracking/notes/ tracking/personal.ts tracking/places/ tracking/proofs/prepare-proof.ts`,
  'the hub wrote it, and it is read in a browser': `
    fleet/driver-app/ http/console/client/ http/maps/client/`,
  'is a file of the hub, a package or an operator’s tool': `
    adapters/registry/levels.ts cli/carrier/ cli/waybill-version.ts fleet/dispatch/
    fleet/sandbox-couriers/streets.ts http/api/system/description.ts http/console/kit/assets.ts
    http/maps/map-assets.ts platform/postgres/ platform/settings/installed-packages.ts
    poller/simulate/ prediction/terms.ts`,
  'has only measures, flags and texts': `
    fleet/driver/push/push-switch.ts platform/distribution/cluster-check.sql.ts
    platform/geocoding/http-geocoder.ts platform/net/vroom-server.ts
    platform/web-push/push-request.ts prediction/engines/road-engine.ts
    reactions/purges/purgers/purgers.ts tracking/proofs/signature.ts`,
  'is for simulated carriers and shops, or adapters in a process of their own': `
    adapters/packages/ adapters/sandbox-kit/ adapters/usps/webhook.ts
    shops/platforms/bigcommerce/sandbox/ shops/platforms/shopify/sandbox/`,
  'only names the request of an agent, or passes on the hub’s answer': `
    cli/agents/mcp.ts`,
};

const READS = /\bJSON\.parse\b|\.json\(\)/;

it('reads JSON of others by parseJson, so that no long number changes', () => {
  const allowed = Object.values(ALLOWED).flatMap((paths) => paths.trim().split(/\s+/));
  const reading = FILES.filter(isProduct)
    // Few files need to be parsed.
    .filter(({ path, text }) => path.startsWith('src/') && READS.test(text))
    .flatMap((file) => {
      const found = hits(file, READS, sourceOf(file).code);
      return found.length === 0 ? [] : [{ path: file.path, found }];
    });
  const odd = reading.filter(
    ({ path }) => !allowed.some((prefix) => path.startsWith(`src/${prefix}`)),
  );
  expect(odd.flatMap(({ found }) => found)).toEqual([]);
  const unused = allowed.filter(
    (prefix) => !reading.some(({ path }) => path.startsWith(`src/${prefix}`)),
  );
  expect(unused, 'are allowed, and read none').toEqual([]);
});
