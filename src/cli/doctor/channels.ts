import { type Finding, fail, failed, ok } from '../../platform/checkup/finding.ts';
import type { Config } from '../../platform/settings/config.ts';
import { checkChannelsFile } from '../../reactions/notifications/index.ts';

/** The providers that messages go by: whether the file can be used, and its secrets are there. */
export async function checkChannels(config: Config, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const fix =
    'Mend the file that WAYBILL_CHANNELS names; docs/channels.md says what each provider takes.';
  try {
    const problems = await checkChannelsFile(config.channels, env);
    if (problems.length === 0) return [ok('channels', `${config.channels} can be used`)];
    return problems.map((problem) => fail('channels', problem, fix));
  } catch (error) {
    return [failed('channels', error, fix)];
  }
}
