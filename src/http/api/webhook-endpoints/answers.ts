import type { ErrorText } from '../../../kernel/errors.ts';
import { errorText } from '../../../platform/messages/error-text.ts';
import type {
  Attempt,
  Delivery,
  Endpoint,
  EndpointHealth,
} from '../../../reactions/merchant-webhooks/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';

/** An endpoint without its secrets. */
export function endpointJson(endpoint: Endpoint) {
  return {
    id: endpoint.id,
    mode: endpoint.tenant.mode,
    url: endpoint.url,
    description: endpoint.description,
    events: endpoint.events,
    filters: endpoint.filters,
    format: endpoint.format,
    state: endpoint.state,
    disabled_reason: inEnglish(endpoint.disabledReason),
    disabled_at: iso(endpoint.disabledAtMs),
    paused_until: iso(endpoint.pausedUntilMs),
    failing_since: iso(endpoint.failingSinceMs),
    failures: endpoint.failures,
    last_success_at: iso(endpoint.lastSuccessAtMs),
    last_failure_at: iso(endpoint.lastFailureAtMs),
    last_failure: inEnglish(endpoint.lastFailure),
    older_secrets_until: endpoint.olderSecretsUntilMs.map(iso),
    created_at: iso(endpoint.createdAtMs),
    updated_at: iso(endpoint.updatedAtMs),
  };
}

export function healthJson(health: EndpointHealth) {
  return {
    waiting: health.waiting,
    oldest_waiting_at: iso(health.oldestWaitingAtMs),
    dead: health.dead,
    last_day: { ...health.day, delivered_at_first_try: health.firstTry },
  };
}

export function deliveryJson(delivery: Delivery) {
  return {
    id: delivery.id,
    event_id: delivery.eventId,
    type: delivery.type,
    subject_id: delivery.subjectId,
    sequence: delivery.sequence,
    previous_sequence: delivery.previousSequence,
    state: delivery.state,
    attempts: delivery.attempts,
    next_attempt_at: iso(delivery.nextAttemptAtMs),
    last_status: delivery.lastStatus,
    last_reason: inEnglish(delivery.lastReason),
    recorded_at: iso(delivery.recordedAtMs),
    settled_at: iso(delivery.settledAtMs),
  };
}

export function attemptJson(attempt: Attempt) {
  return {
    nr: attempt.nr,
    at: iso(attempt.atMs),
    duration_ms: attempt.durationMs,
    status: attempt.status,
    reason: inEnglish(attempt.reason),
    response: attempt.response,
  };
}

/** Why an attempt failed, or an endpoint is disabled. */
export function inEnglish(text: ErrorText | null): string | null {
  return text && errorText(text);
}
