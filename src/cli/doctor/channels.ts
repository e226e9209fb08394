import { type Finding, fail, failed, ok, warn } from '../../platform/checkup/finding.ts';
import type { Config } from '../../platform/settings/config.ts';
import {
  checkChannelsFile,
  UNREACHABLE_LINKS_FIX,
  unreachableLinks,
} from '../../reactions/notifications/index.ts';

/** The providers that messages go by: whether the file can be used, its secrets are there, and links lead to us. */
export async function checkChannels(config: Config, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const fix =
    "Fix the file that WAYBILL_CHANNELS names; docs/channels.md lists each provider's settings.";
  try {
    const { problems, outside } = await checkChannelsFile(config.channels, env);
    const unreachable = unreachableLinks(config.publicUrl, outside);
    if (unreachable !== null) return [warn('channels', unreachable, UNREACHABLE_LINKS_FIX)];
    if (problems.length === 0) return [ok('channels', `${config.channels} can be used`)];
    return problems.map((problem) => fail('channels', problem, fix));
  } catch (error) {
    return [failed('channels', error, fix)];
  }
}
