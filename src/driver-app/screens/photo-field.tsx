import { useEffect, useMemo, useState } from 'preact/hooks';
import type { DriverFile } from '../../driver/index.ts';
import { useApp } from '../app-context.ts';
import { shrinkPhoto } from '../phone/photo.ts';

/** The hub takes no more of one delivery. */
const PHOTOS_MAX = 5;

export function PhotoField({
  photos,
  isNeeded,
  onChange,
}: {
  readonly photos: readonly DriverFile[];
  readonly isNeeded: boolean;
  readonly onChange: (photos: readonly DriverFile[]) => void;
}) {
  const { say } = useApp();
  const [state, setState] = useState<'idle' | 'working' | 'failed'>('idle');

  async function add(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    setState('working');
    try {
      onChange([...photos, await shrinkPhoto(file)]);
      setState('idle');
    } catch {
      setState('failed');
    }
  }

  return (
    <fieldset>
      <legend>
        {say('door.photo')} {isNeeded && <span class="needed">{say('door.needed')}</span>}
      </legend>
      <div class="photos">
        {photos.map((photo, nr) => (
          <Photo
            key={nr}
            photo={photo}
            nr={nr + 1}
            onRemove={() => onChange(photos.filter((_, other) => other !== nr))}
          />
        ))}
      </div>
      {photos.length < PHOTOS_MAX && (
        <label class="button file">
          {say(photos.length === 0 ? 'door.take_photo' : 'door.another_photo')}
          <input
            class="unseen"
            type="file"
            accept="image/*"
            capture="environment"
            onChange={({ currentTarget }) => {
              const [file] = currentTarget.files ?? [];
              currentTarget.value = '';
              void add(file);
            }}
          />
        </label>
      )}
      <p role="status" class={state === 'failed' ? 'bad' : 'muted'}>
        {state === 'working' && say('door.photo_working')}
        {state === 'failed' && say('door.photo_failed')}
      </p>
    </fieldset>
  );
}

function Photo({
  photo,
  nr,
  onRemove,
}: {
  readonly photo: DriverFile;
  readonly nr: number;
  readonly onRemove: () => void;
}) {
  const { say } = useApp();
  const url = useMemo(
    () => ('bytes' in photo ? URL.createObjectURL(new Blob([photo.bytes])) : photo.uri),
    [photo],
  );
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  return (
    <div class="photo">
      <img src={url} alt={`${say('door.photo')} ${nr}`} />
      <button
        type="button"
        aria-label={say('door.remove_photo', { number: nr })}
        onClick={onRemove}
      >
        ×
      </button>
    </div>
  );
}
