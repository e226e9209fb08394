import { PanelForm } from './panel-form.tsx';
import type { PanelProps } from './panel-parts.ts';
import type { PanelView } from './panel-view.ts';

/** Photos of the parcel: uploaded by a plain form, and stored with the case. */
export function PhotoForm(
  props: PanelProps & { readonly photos: NonNullable<PanelView['photos']> },
) {
  const { context, panel, photos } = props;
  const texts = context.language.page.photos;
  const isWrong = panel.trouble?.form === 'photos';
  return (
    <details class="way" id="photos" open={isWrong || photos.sent > 0}>
      <summary>{texts.title}</summary>
      {photos.sent > 0 && (
        <p class="word" role="status">
          {texts.sent({ n: String(photos.sent), most: String(photos.most) })}
        </p>
      )}
      {photos.sent < photos.most && (
        <PanelForm {...props} to="photos" id="photo-form" files>
          <p class="hint">{texts.lead}</p>
          <div class="field">
            <label for="photos-file">{texts.choose}</label>
            <input
              id="photos-file"
              name="photo"
              type="file"
              accept="image/jpeg,image/png,image/webp"
              multiple
              required
              {...(isWrong ? { 'aria-invalid': true, 'aria-describedby': 'trouble' } : {})}
            />
          </div>
          <button type="submit">{texts.submit}</button>
        </PanelForm>
      )}
    </details>
  );
}
