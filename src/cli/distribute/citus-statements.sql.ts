import type { DistributionPlan, SpreadTable } from './distribution-plan.ts';

/** The statements for Citus, and as comments what cannot be spread and why. */
export function citusStatements({ copied, spread, staying }: DistributionPlan): string {
  const lines = [
    '-- For the coordinator of a Citus cluster, after `waybill migrate` and before the hub starts.',
    '-- Its servers have to let in waybill_app, waybill_pipeline and waybill_public, as whom it asks them, and with',
    "-- citus.propagate_set_commands = 'local' on it they know of which merchant rows are asked for.",
    ...copied.map((table) => `select create_reference_table('${table}');`),
    ...spread.map(distribute),
    '',
    `-- Stay on the coordinator, although they grow with parcels: ${staying.length} tables.`,
    ...staying.map(({ table, by, because }) => `--   ${table}, by ${by}: ${because.join('; ')}`),
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * Names the table to colocate with: by default, the engine colocates all tables whose column has
 * the same type.
 */
function distribute({ table, by, beside }: SpreadTable): string {
  return `select create_distributed_table('${table}', '${by}', colocate_with => '${beside ?? 'none'}');`;
}
