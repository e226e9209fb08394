import { localeOf, messagesIn } from '../../../platform/messages/catalogue.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import type { RouteNotice } from '../../couriers/index.ts';

/** The text of a notice in its reader's language. */
export function noticeIn(language: Language, notice: RouteNotice): string {
  const { notices, nobody } = messagesIn(language).driverNotices;
  return notices[notice.kind]({
    number: notice.trackingNumber,
    date: notice.wantedOn === null ? '' : dayIn(language, notice.wantedOn),
    courier: notice.colleague ?? nobody,
  });
}

/** `12 March`, in the given language. */
function dayIn(language: Language, date: string): string {
  const format = new Intl.DateTimeFormat(localeOf(language), {
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  });
  return format.format(new Date(`${date}T00:00:00Z`));
}
