import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { PROJECT_ROOT } from '../platform/settings/yaml-settings.ts';
import { SEALED_COLUMNS } from './sealed-columns.ts';

/** Which files seal, and the columns where the result is stored. */
const SEALING: Readonly<Record<string, readonly string[]>> = {
  'src/fleet/couriers/people/couriers.ts': ['couriers.personal'],
  'src/fleet/couriers/events/driver-event.ts': ['driver_events.data_key'],
  'src/fleet/couriers/route/assign-parcels.ts': [],
  'src/fleet/couriers/route/hand-in.ts': [],
  'src/fleet/couriers/route/write-route.ts': ['courier_parcels.notes'],
  'src/fleet/couriers/devices/devices.ts': ['courier_devices.name', 'device_pushes.subscription'],
  'src/fleet/deliveries/addresses.ts': ['deliveries.details'],
  'src/http/kit/idempotency.ts': ['idempotency_keys.response'],
  'src/intake/account-secrets.ts': [
    'carrier_accounts.credentials',
    'carrier_accounts.webhook_secrets',
  ],
  'src/intake/drops/drops-read.sql.ts': ['drop_rejects.data_key'],
  'src/intake/handshakes.ts': ['handshakes.call'],
  'src/intake/inbox.ts': ['inbound_messages.data_key'],
  'src/intake/proofs.ts': ['proofs.data_key'],
  'src/intake/scans/scanners.sql.ts': ['scanner_keys.key'],
  'src/intake/scans/scanners.ts': ['scanners.name'],
  // Inbound messages, sealed again after a part was removed.
  'src/intake/scans/strip-scans.ts': [],
  // A cursor belongs to its holder: it is sealed into a URL, and not stored.
  'src/platform/event-log/feed-cursor.ts': [],
  // The same applies to a presigned URL, and to a courier's invitation.
  'src/fleet/pages/couriers/enrolment-routes.ts': [],
  'src/platform/objects/presigned.ts': [],
  'src/merchants/members/members-deps.ts': ['users.personal', 'member_invitations.personal'],
  // A flow belongs to its browser: it is sealed into a cookie, and not stored.
  'src/merchants/members/providers/flow.ts': [],
  'src/merchants/members/providers/providers.ts': ['identity_providers.client_secret'],
  'src/merchants/members/second-factor/second-factor.ts': ['member_factors.secret'],
  'src/platform/sealing/hash-key.sql.ts': ['hash_keys.key'],
  'src/platform/sealing/key-canary.sql.ts': ['installation.canary'],
  'src/fleet/positions/archiving/archived-trail.ts': ['archived_trails.data_key'],
  'src/reactions/exceptions/cases/change-case.ts': ['case_events.data_key'],
  'src/reactions/exceptions/claims/claims.ts': ['claims.data_key'],
  'src/reactions/exceptions/claims/evidence.ts': ['case_evidence.data_key'],
  'src/reactions/exceptions/requests/request.ts': ['delivery_requests.data_key'],
  'src/reactions/merchant-webhooks/endpoints/endpoint.ts': ['webhook_endpoints.sealed'],
  'src/shops/connections/shop.ts': ['shops.sealed'],
  'src/shops/orders/store-order.ts': ['shop_orders.data_key'],
  'src/reactions/notifications/channels/accounts/accounts.sql.ts': ['notification_channels.config'],
  'src/reactions/notifications/people/preferences.sql.ts': ['notification_keys.key'],
  'src/reactions/notifications/subscribing/subscribe.ts': ['subscriptions.address'],
  'src/reactions/notifications/notifications.sql.ts': ['notifications.data_key'],
  'src/tracking/archiving/archived-parcel.ts': ['archived_parcels.data_key'],
  'src/tracking/imports/imports.ts': ['shipment_import_parts.data_key'],
  'src/tracking/commands/command-attempts.sql.ts': ['command_attempts.data_key'],
  'src/tracking/notes/shipment-notes.ts': ['shipment_notes.data_key'],
  'src/tracking/personal.ts': ['shipments.data_key'],
  'src/tracking/places/shipment-places.ts': ['shipment_places.place'],
  'src/tracking/proofs/prepare-proof.ts': ['delivery_proofs.data_key'],
};

it('names every column that something is sealed into: a rotation would leave out another', () => {
  const folder = path.join(PROJECT_ROOT, 'src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => `src/${file.replaceAll(path.sep, '/')}`)
    .filter(
      (file) => /\.tsx?$/.test(file) && !/(?:\.test\.ts|\/test-[^/]*|\/sealing\.ts)$/.test(file),
    );
  const sealing = files.filter((file) =>
    /\b(?:seal|sealer\.seal)\(/.test(readFileSync(path.join(PROJECT_ROOT, file), 'utf8')),
  );
  expect(sealing.sort()).toEqual(Object.keys(SEALING).sort());
  const listed = SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`);
  expect(listed.sort()).toEqual(Object.values(SEALING).flat().sort());
});
