import { Problem } from '../../../kernel/errors.ts';
import {
  CHANNELS_MAX,
  type ChannelAccount,
  type ChannelStored,
} from '../../../reactions/notifications/index.ts';
import { invalidMember, invalidMembers } from '../../kit/validation.ts';

/** The stored account; throws a `Problem` for every other outcome. */
export function accountStored(stored: ChannelStored): ChannelAccount {
  switch (stored.outcome) {
    case 'stored':
      return stored.account;
    case 'invalid':
      throw invalidMembers(stored.problems);
    case 'refused':
      throw invalidMember(
        '/config',
        { 'notifications.providerRefused': { reason: { text: stored.reason } } },
        'notifications.useProviderConsoleValues',
      );
    case 'full':
      throw new Problem('conflict', {
        'notifications.tooManyChannels': { channelsMax: CHANNELS_MAX },
      });
    case 'changed_meanwhile':
      throw new Problem('conflict', 'notifications.channelChangedConcurrently');
    case 'absent':
      throw new Problem('not_found', 'notifications.channelNotUnderKey');
  }
}
