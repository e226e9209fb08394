import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../docs/blocks.ts';
import { knownMetrics } from '../support/deploy/known-metrics.ts';
import { RULES_FILE, shippedBoard, shippedRules } from '../support/deploy/monitoring.ts';
import { readPromql } from '../support/deploy/promql.ts';

const known = await knownMetrics();
const { rules, alerts, recorded } = shippedRules();
const read = (expr: string) => readPromql(expr, known, recorded);

describe('an expression is refused that', () => {
  it.each([
    ['sum(rate(waybill_scans_total[5m])', 'syntax'],
    ['waybill_unknown', 'there is no metric waybill_unknown'],
    ['waybill_scans_total{colour="red"}', 'waybill_scans_total has no label colour'],
    ['sum by (colour) (waybill_scans_total)', 'no metric in it has the label colour'],
    ['waybill_ingest_lag_seconds_bucket{le="3"}', 'has no bucket up to 3'],
  ])('%s', (expr, fault) => {
    expect(read(expr).faults.join('; ')).toContain(fault);
  });
});

describe('the alerts', () => {
  it('use metrics that the hub exports, in Prometheus’ grammar', () => {
    const faults = rules.flatMap((rule) =>
      read(rule.expr).faults.map(
        (fault) => `${'alert' in rule ? rule.alert : rule.record}: ${fault}`,
      ),
    );
    expect(faults).toEqual([]);
    expect(alerts.length).toBeGreaterThan(20);
  });

  it('name in their texts only labels of their results', () => {
    const lost = alerts.flatMap(({ alert, expr, annotations }) => {
      const { labels } = read(expr);
      return [...annotations.summary.matchAll(/\$labels\.(\w+)/g)]
        .map(([, label]) => label ?? '')
        .filter((label) => !labels.has(label))
        .map((label) => `${alert}: ${label}`);
    });
    expect(lost).toEqual([]);
  });

  it('have a section each in the runbook, with their name and severity, and it has no others', () => {
    const runbook = readFileSync(join(ROOT, 'docs/runbook.md'), 'utf8');
    const sections = [...runbook.matchAll(/^### (\w+)\n\n`(\w+)` · /gm)].map(
      ([, name = '', severity]) => ({
        alert: name,
        severity,
        runbook: `docs/runbook.md#${name.toLowerCase()}`,
      }),
    );
    const listed = alerts.map(({ alert, labels: { severity }, annotations: { runbook: at } }) => ({
      alert,
      severity,
      runbook: at,
    }));
    expect(listed).toEqual(sections);
    expect([...runbook.matchAll(/^### /gm)]).toHaveLength(alerts.length);
  });

  it('are in a file that promtool accepts', ({ skip }) => {
    const { error, status, stdout, stderr } = spawnSync(
      'promtool',
      ['check', 'rules', RULES_FILE],
      {
        cwd: ROOT,
        encoding: 'utf8',
      },
    );
    if (error !== undefined) {
      return skip('promtool is not here: its grammar in npm read the rules, and nothing else');
    }
    expect([status, stdout + stderr]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });
});

describe('the board', () => {
  const board = shippedBoard();

  it('uses metrics that the hub exports', () => {
    const faults = board.expressions.flatMap(({ title, expr }) =>
      read(expr).faults.map((fault) => `${title}: ${fault}`),
    );
    expect(faults).toEqual([]);
    expect(board.expressions.length).toBeGreaterThan(40);
  });

  it('shows everything that alerts are about', () => {
    const shown = new Set(board.expressions.flatMap(({ expr }) => [...read(expr).families]));
    const metrics = new Set(rules.flatMap(({ expr }) => [...read(expr).families]));
    const hidden = [...metrics].filter((family) => !shown.has(family));
    // Whether it answers, and metrics that are read as a number of starts.
    const elsewhere = [
      ...['up', 'process_start_time_seconds', 'process_max_fds', 'waybill_webhook_body_bytes'],
      ...[
        'waybill_mapping_generation',
        'waybill_poller_runs_total',
        'waybill_poller_numbers_total',
        'waybill_parcels_not_swept',
      ],
    ];
    expect(hidden.filter((family) => !elsewhere.includes(family))).toEqual([]);
  });

  it('has panels side by side, each with an id of its own', () => {
    const ids = board.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const cells = board.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from(
        { length: w * h },
        (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`,
      ),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(board.panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
    expect(board.templating.list.map(({ name }) => name)).toEqual(['datasource']);
  });
});
