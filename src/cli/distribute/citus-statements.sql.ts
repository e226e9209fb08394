import type { DistributionPlan } from './distribution-plan.ts';

/** The statements for Citus, and as comments what cannot be spread and why. */
export function citusStatements({ copied, spread, staying }: DistributionPlan): string {
  const lines = [
    '-- For the coordinator of a Citus cluster, after `waybill migrate` and before the hub starts.',
    ...copied.map((table) => `select create_reference_table('${table}');`),
    ...spread.map(({ table, by }) => `select create_distributed_table('${table}', '${by}');`),
    '',
    `-- Stay on the coordinator, although they grow with parcels: ${staying.length} tables.`,
    ...staying.map(
      ({ table, because }) =>
        `--   ${table}: ${because.join('; ') || 'alone it could, but not what is written with it'}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}
