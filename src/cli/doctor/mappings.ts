import { loadAdapters, packagedMappings } from '../../adapters/index.ts';
import { openMappingFiles } from '../../normalization/index.ts';
import { type Finding, failed, ok } from '../../platform/checkup/finding.ts';
import type { Config } from '../../platform/settings/config.ts';

/** The carriers of this installation and the mappings of their codes, tests inside included. */
export async function checkMappings(config: Config): Promise<Finding[]> {
  try {
    const registry = await loadAdapters({ packages: config.adapters });
    const adapters = registry.list();
    const files = await openMappingFiles({
      folder: config.mappings,
      ...(config.mappingsOverlay === null ? {} : { overlay: config.mappingsOverlay }),
      packaged: packagedMappings(registry),
      carriers: adapters.map(({ manifest }) => manifest),
      watch: 'off',
    });
    const problems = files.problems();
    files.close();
    if (problems.length === 0) {
      return [
        ok('mappings', `${adapters.length} carriers, all mappings compile and pass their tests`),
      ];
    }
    return problems.map(
      ({ file, line, severity, found, fix }): Finding => ({
        name: 'mappings',
        verdict: severity === 'error' ? 'fail' : 'warn',
        found: line === 0 ? `${file}: ${found}` : `${file}:${line}: ${found}`,
        fix,
      }),
    );
  } catch (error) {
    return [
      failed(
        'mappings',
        error,
        'Check WAYBILL_MAPPINGS, WAYBILL_MAPPINGS_OVERLAY and WAYBILL_ADAPTERS.',
      ),
    ];
  }
}
