import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ROOT } from '../../docs/blocks.ts';
import { knownMetrics } from './known-metrics.ts';
import { readPromql } from './promql.ts';

const duration = z.string().regex(/^\d+[smhd]$/);
const recording = z.strictObject({
  record: z.string().regex(/^waybill:[a-z0-9_:]+$/),
  expr: z.string(),
});
const alerting = z.strictObject({
  alert: z.string().regex(/^Waybill[A-Z]\w+$/),
  expr: z.string(),
  for: duration.optional(),
  labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
  annotations: z.strictObject({ summary: z.string(), runbook: z.string() }),
});
const rulesFile = z.strictObject({
  groups: z.array(
    z.strictObject({ name: z.string(), rules: z.array(z.union([recording, alerting])) }),
  ),
});

export type AlertRule = z.infer<typeof alerting>;

const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8');

export const RULES_FILE = 'deploy/prometheus/waybill.rules.yml';

/** The shipped rules; throws if one has a member that Prometheus would refuse. */
export function shippedRules() {
  const rules = rulesFile.parse(parse(textOf(RULES_FILE))).groups.flatMap((group) => group.rules);
  return {
    rules,
    alerts: rules.filter((rule): rule is AlertRule => 'alert' in rule),
    recorded: new Set(rules.flatMap((rule) => ('record' in rule ? [rule.record] : []))),
  };
}

const place = z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() });
const target = z.strictObject({ refId: z.string(), expr: z.string(), legendFormat: z.string() });
const panel = z.object({
  id: z.int(),
  type: z.enum(['row', 'timeseries', 'stat']),
  title: z.string().min(1),
  gridPos: place,
  targets: z.array(target).default([]),
});
const board = z.object({
  uid: z.string(),
  title: z.string(),
  schemaVersion: z.int(),
  templating: z.object({ list: z.array(z.object({ name: z.string(), type: z.string() })) }),
  panels: z.array(panel),
});

/** The shipped board; its expressions with a duration in place of Grafana's variable. */
export function shippedBoard() {
  const read = board.parse(JSON.parse(textOf('deploy/grafana/waybill.json')));
  const expressions = read.panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => ({ title, expr: expr.replaceAll('$__rate_interval', '5m') })),
  );
  return { ...read, expressions };
}

/**
 * Metrics that alerts and board use and every hub exports: without Prometheus' own, and without
 * those of caches, dropped files, a replica and Kafka.
 */
export async function queriedFamilies(): Promise<string[]> {
  const known = await knownMetrics();
  const { rules, recorded } = shippedRules();
  const families = [...rules, ...shippedBoard().expressions].flatMap(({ expr }) => [
    ...readPromql(expr, known, recorded).families,
  ]);
  const elsewhere = [
    'up',
    'ALERTS',
    'waybill_cache_purges_total',
    'waybill_replica_staleness_seconds',
    'waybill_replica_used',
    'waybill_drops_rows_total',
    'waybill_kafka_lag_seconds',
  ];
  return [...new Set(families)].filter((name) => !elsewhere.includes(name));
}
