import type { RouteNotice } from '../../../couriers/index.ts';
import { localeOf, messagesIn } from '../../../platform/messages/catalogue.ts';
import type { Language } from '../../../platform/messages/languages.ts';

/** What a notice says in the language of its reader. */
export function noticeIn(language: Language, notice: RouteNotice): string {
  const { notices, nobody } = messagesIn(language).driverNotices;
  return notices[notice.kind]({
    number: notice.trackingNumber,
    date: notice.wantedOn === null ? '' : dayIn(language, notice.wantedOn),
    courier: notice.colleague ?? nobody,
  });
}

/** `12 March`, in the language. */
function dayIn(language: Language, date: string): string {
  const format = new Intl.DateTimeFormat(localeOf(language), {
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  });
  return format.format(new Date(`${date}T00:00:00Z`));
}
