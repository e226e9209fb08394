import { Field, PanelForm } from './panel-form.tsx';
import type { PanelProps } from './panel-parts.ts';
import { fieldTrouble } from './panel-parts.ts';
import type { PanelView } from './panel-view.ts';

/** For the driver; carriers truncate longer texts. */
const INSTRUCTIONS_CHARS_MAX = 200;

/** Another day, and the time of day. */
export function RescheduleForm(
  props: PanelProps & { readonly reschedule: NonNullable<PanelView['reschedule']> },
) {
  const { context, panel, reschedule } = props;
  const texts = context.language.page.reschedule;
  const day = fieldTrouble(panel, 'reschedule', 'date').value;
  const window = fieldTrouble(panel, 'reschedule', 'window').value;
  return (
    <details class="way" open={panel.trouble?.form === 'reschedule'}>
      <summary>{texts.title}</summary>
      <PanelForm {...props} to="reschedule" id="reschedule">
        <fieldset>
          <legend>{texts.day}</legend>
          <div class="chips">
            {reschedule.days.map(({ date, label }, place) => (
              <label key={date} class="chip">
                <input
                  type="radio"
                  name="date"
                  value={date}
                  required
                  checked={day === null ? place === 0 : day === date}
                />
                <span>{label}</span>
              </label>
            ))}
          </div>
        </fieldset>
        {reschedule.withDetails && (
          <>
            <div class="field">
              <label for="reschedule-window">{texts.window}</label>
              <select id="reschedule-window" name="window">
                <option value="">{texts.any}</option>
                {reschedule.windows.map((each) => (
                  <option key={each.window} value={each.window} selected={each.window === window}>
                    {each.label}
                  </option>
                ))}
              </select>
            </div>
            <Field
              {...props}
              form="reschedule"
              name="instructions"
              label={texts.note}
              charsMax={INSTRUCTIONS_CHARS_MAX}
              long
            />
          </>
        )}
        <button type="submit">{texts.submit}</button>
        <p class="hint">{reschedule.by}</p>
      </PanelForm>
    </details>
  );
}
