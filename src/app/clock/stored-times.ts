/**
 * How far ahead of the clock a time is stored at most while that is right, and how far ahead one is
 * set that is farther: its usual interval, but never less than what a live holder may still need of
 * its lease. After a jump of the clock, the second is the limit. Or, for intervals of each row's
 * own, SQL for when that began: the time is moved together with it.
 */
export type AheadLimit = readonly [aheadMax: string, again: string] | string;

const PASSED = ['0 s', '0 s'] as const;
const LEASE_30_S = ['1 min', '30 s'] as const;
const POLLED = `greatest(created_at, last_update_at, last_polled_at, refresh_requested_at,
  lease_until - interval '4 min')`;

/**
 * The stored times that are compared with the clock, by column. `stored-times.test.ts` finds columns
 * missing here.
 */
export const STORED_TIMES: Readonly<Record<string, AheadLimit>> = {
  'account_wakes.due_at': ['15 min', '0 s'],
  'account_wakes.lease_until': LEASE_30_S,
  'account_states.paused_until': ['25 h', '1 min'],
  'account_states.next_slot_at': ['1 h', '30 s'],
  'account_states.wake_at': ['15 min', '0 s'],
  'account_states.saved_at': PASSED,
  'account_states.planned_at': PASSED,
  'account_states.bridge_update_at': PASSED,
  'bridge_quotas.quota_at': PASSED,
  'bridge_quotas.paused_until': ['32 d', '1 min'],
  'bridge_registrations.try_at': ['8 h', '10 min'],
  'bulk_jobs.due_at': LEASE_30_S,
  'cache_purges.due_at': ['2 min', '10 s'],
  'carrier_accounts.verify_at': ['25 h', '2 min'],
  'deliveries.opened_at': PASSED,
  // Once a delivery is being offered, the next round follows within seconds.
  'deliveries.match_at': `greatest(opened_at, case when rounds > 0 and pause_id is null
    then match_at - interval '15 s' end)`,
  'drops.due_at': LEASE_30_S,
  'edd_predictions.made_at': PASSED,
  'edd_predictions.due_at': 'made_at',
  'mapping_jobs.lease_until': LEASE_30_S,
  // Quiet hours are looked at again when a message is due.
  'notifications.send_at': ['32 d', '30 s'],
  'notifications.lease_until': ['3 min', '2 min'],
  'poll_targets.created_at': PASSED,
  'poll_targets.last_update_at': PASSED,
  'poll_targets.last_polled_at': PASSED,
  'poll_targets.refresh_requested_at': PASSED,
  'poll_targets.lease_until': ['5 min', '4 min'],
  'poll_targets.due_at': POLLED,
  'poll_targets.timer_at': POLLED,
  'proof_requests.wanted_at': PASSED,
  'proof_requests.last_requested_at': PASSED,
  'proof_requests.next_try_at': 'greatest(wanted_at, last_requested_at)',
  'push_subscriptions.updated_at': PASSED,
  'push_subscriptions.try_at': 'updated_at',
  'shipment_imports.due_at': LEASE_30_S,
  'shipment_places.due_at': ['7 h', '10 min'],
  'shop_orders.read_at': ['15 h', '2 min'],
  'shop_orders.write_at': ['1 h', '3 min'],
  'shops.reconcile_at': ['1 d', '2 min'],
  'shops.paused_until': ['1 d', '1 min'],
  // The shop was read at most two comparisons ago.
  'shops.reconciled_until': ['11 min', '-30 min'],
  'webhook_endpoints.paused_until': ['2 h', '1 min'],
  'webhook_queues.due_at': ['15 h', '30 s'],
};

/** Tables that are searched only at the start and after a jump: it reads a whole index. */
export const BIG_TABLES: ReadonlySet<string> = new Set([
  'bridge_registrations',
  'deliveries',
  'edd_predictions',
  'notifications',
  'poll_targets',
  'proof_requests',
  'push_subscriptions',
  'shipment_places',
  'shop_orders',
  'webhook_queues',
]);
