import { CHECKS_BY_LEVEL, EXEMPT_WITHOUT_LOSS, LEVELS } from '../../adapters/index.ts';

/**
 * Runs `waybill carrier checks`, which lists what each level requires, and which checks may be
 * exempted without losing it.
 */
export function carrierChecks(json: boolean, write: (line: string) => void): number {
  if (json) {
    write(JSON.stringify({ levels: CHECKS_BY_LEVEL, exempt_without_loss: EXEMPT_WITHOUT_LOSS }));
    return 0;
  }
  for (const level of LEVELS) {
    write(level);
    for (const id of CHECKS_BY_LEVEL[level]) write(`  ${id}`);
  }
  write(`may be exempted without losing the level: ${EXEMPT_WITHOUT_LOSS.join(', ')}`);
  return 0;
}
