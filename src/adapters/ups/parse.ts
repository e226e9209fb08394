import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import {
  type CarrierReport,
  type ParseOutcome,
  type Payload,
  requestedNumber,
} from '../contract/contract.ts';
import { quantumViewBody, reportOfAlert } from './alerts.ts';
import { failureByStatus, failureOf } from './errors.ts';
import { anyBody, emptyTrackAnswer, trackAlert } from './schema.ts';
import { readShipments, type TrackReading } from './track-answer.ts';

const EXPECTED =
  'expected an object with trackResponse.shipment, activityStatus, QuantumViewResponse or response.errors';

/**
 * Reads an answer of the Track API or Quantum View, a Track Alert push or an error envelope, which
 * it tells apart by shape. Answers of the earlier XML tools, and partial answers, are unreadable.
 */
export function parse(payload: Payload): ParseOutcome {
  const given = parseJsonOrNull(payload.text);
  const envelope = quantumViewBody(given?.value);
  const json = envelope === null ? given : { value: envelope };
  const body = json === null ? null : anyBody.safeParse(json.value);
  if (json === null || body === null || !body.success) {
    const found = json === null ? 'the text is not JSON' : 'the JSON is not an object';
    return failureByStatus(payload.httpStatus) ?? unreadable(`${found}; ${EXPECTED}`);
  }
  const shipments = body.data.trackResponse?.shipment ?? [];
  if (shipments.length > 0) {
    const reading = readShipments(shipments, requestedNumber(payload));
    return outcomeOf(
      envelope === null ? reading : { ...reading, reports: reading.reports.map(asUpdate) },
    );
  }
  if (body.data.activityStatus !== undefined) return readAlert(json.value);
  return (
    failureOf(body.data, payload.httpStatus) ??
    failureByStatus(payload.httpStatus) ??
    emptyAnswer(json.value) ??
    unreadable(`found none of them; ${EXPECTED}`)
  );
}

/**
 * The outcome of an answer with an empty list of shipments: not found. Null for any other answer.
 */
function emptyAnswer(json: unknown): ParseOutcome | null {
  if (!emptyTrackAnswer.safeParse(json).success) return null;
  return { outcome: 'not_found', reason: 'the answer lists no shipment', trackingNumbers: [] };
}

function readAlert(json: unknown): ParseOutcome {
  const warnings: string[] = [];
  const report = reportOfAlert(trackAlert.parse(json), warnings);
  if (report === null) return unreadable('a Track Alert without trackingNumber or code');
  return { outcome: 'reports', reports: [report], misses: [], warnings };
}

/**
 * Marks a report as not a full history: Quantum View reports only new events, so missing ones were
 * not retracted.
 */
function asUpdate(report: CarrierReport): CarrierReport {
  return { ...report, fullHistory: false };
}

/**
 * Turns what was read into an outcome. If every number was missed with the same outcome, that is
 * the outcome of all.
 */
function outcomeOf({ reports, misses, nameless, warnings }: TrackReading): ParseOutcome {
  const [first] = misses;
  if (reports.length === 0 && first === undefined) {
    const [warning] = nameless;
    if (warning !== undefined) {
      return { outcome: warning.outcome, reason: warning.reason, trackingNumbers: [] };
    }
    return unreadable(`nothing readable: ${warnings.slice(0, 5).join('; ')}`);
  }
  const alike = misses.every(({ outcome }) => outcome === first?.outcome);
  if (reports.length > 0 || first === undefined || !alike) {
    return { outcome: 'reports', reports, misses, warnings };
  }
  return {
    outcome: first.outcome,
    reason: first.reason,
    trackingNumbers: [...new Set(misses.map(({ trackingNumber }) => trackingNumber))],
  };
}

function unreadable(reason: string): ParseOutcome {
  return { outcome: 'unreadable', reason, trackingNumbers: [] };
}
