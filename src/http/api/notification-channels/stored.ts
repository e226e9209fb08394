import { Problem } from '../../../kernel/errors.ts';
import {
  CHANNELS_MAX,
  type ChannelAccount,
  type ChannelStored,
} from '../../../reactions/notifications/index.ts';
import { invalidMember } from '../../kit/validation.ts';

/** Throws for every other outcome. */
export function accountStored(stored: ChannelStored): ChannelAccount {
  switch (stored.outcome) {
    case 'stored':
      return stored.account;
    case 'invalid': {
      const errors = stored.problems.map((problem) => ({ ...problem }));
      const [first] = errors;
      throw new Problem('invalid', `${first?.pointer}: ${first?.reason}`, { errors });
    }
    case 'refused':
      throw invalidMember(
        '/config',
        `The provider refused it: ${stored.reason}.`,
        "Correct it with the values from the provider's console. With ?verify=false it is stored without a check.",
      );
    case 'full':
      throw new Problem(
        'conflict',
        `You may have at most ${CHANNELS_MAX} channels; remove one that you do not need.`,
      );
    case 'changed_meanwhile':
      throw new Problem('conflict', 'Another request has changed the channel in the meantime.');
    case 'absent':
      throw new Problem('not_found', 'There is no such channel under this key.');
  }
}
