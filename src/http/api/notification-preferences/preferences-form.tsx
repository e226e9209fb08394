import { messagesIn } from '../../../platform/messages/catalogue.ts';
import { LANGUAGES } from '../../../platform/messages/languages.ts';
import type { PreferencesByLink } from '../../../reactions/notifications/index.ts';
import type { PageContext } from '../../public/tracking/pages/page-context.ts';

interface PreferencesFormProps {
  readonly context: PageContext;
  readonly preferences: PreferencesByLink;
  readonly action: string;
}

/** Milestones, language and quiet hours; works without a script. */
export function PreferencesForm({ context, preferences, action }: PreferencesFormProps) {
  const { page, status } = context.language;
  const words = messagesIn(page.language).subscriptions.preferences;
  const { offered, muted, locale, quietHours, unsubscribed } = preferences;
  return (
    <form class="act" method="post" action={action}>
      <fieldset>
        <legend>{words.milestones_title}</legend>
        {offered.map((milestone) => (
          <label class="consent" key={milestone}>
            <input
              type="checkbox"
              name="wanted"
              value={milestone}
              checked={!muted.includes(milestone)}
            />
            <span>{status.notifyWhen[milestone]}</span>
          </label>
        ))}
      </fieldset>
      <div class="field">
        <label for="language">{words.language}</label>
        <select id="language" name="language">
          <option value="">{words.language_default}</option>
          {LANGUAGES.map((language) => (
            <option key={language} value={language} selected={locale === language}>
              {context.languages.find(({ page }) => page.language === language)?.page.name}
            </option>
          ))}
        </select>
      </div>
      <fieldset>
        <legend>{words.quiet_title}</legend>
        <p class="hint">{words.quiet_lead}</p>
        <div class="field">
          <label for="from">{words.from}</label>
          <input id="from" name="from" type="time" value={quietHours?.from ?? ''} />
        </div>
        <div class="field">
          <label for="to">{words.to}</label>
          <input id="to" name="to" type="time" value={quietHours?.to ?? ''} />
        </div>
      </fieldset>
      <label class="consent">
        <input type="checkbox" name="nothing" value="yes" checked={unsubscribed} />
        <span>{words.nothing}</span>
      </label>
      <button type="submit">{words.submit}</button>
    </form>
  );
}
