import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import type { DriverFile } from '../../driver/index.ts';
import { useApp } from '../app-context.ts';
import { shrinkPhoto } from '../phone/drafts.ts';

/** The hub accepts no more photos for one delivery. */
const PHOTOS_MAX = 5;

/** The photos of a delivery, with buttons for adding and removing them. */
export function PhotoField({
  photos,
  isNeeded,
  onChange,
  onWork,
}: {
  readonly photos: readonly DriverFile[];
  readonly isNeeded: boolean;
  /** Takes an update function: another photo may have arrived while this one was resized. */
  readonly onChange: (next: (photos: readonly DriverFile[]) => readonly DriverFile[]) => void;
  /** Whether a photo is being processed, so that it is not left behind. */
  readonly onWork: (isWorking: boolean) => void;
}) {
  const { say } = useApp();
  const [hasFailed, setFailed] = useState(false);
  const [working, setWorking] = useState(0);
  useLayoutEffect(() => onWork(working > 0), [working]);

  async function add(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    setFailed(false);
    setWorking((before) => before + 1);
    try {
      const photo = await shrinkPhoto(file);
      onChange((others) => [...others, photo].slice(0, PHOTOS_MAX));
    } catch {
      setFailed(true);
    }
    setWorking((before) => before - 1);
  }

  return (
    <fieldset>
      <legend>
        {say('door.photo')} {isNeeded && <span class="needed">{say('door.needed')}</span>}
      </legend>
      <div class="photos">
        {photos.map((photo, index) => (
          <Photo
            key={index}
            photo={photo}
            index={index + 1}
            onRemove={() => onChange((all) => all.filter((other) => other !== photo))}
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
      <p role="status" class={hasFailed ? 'bad' : 'muted'}>
        {working > 0 && say('door.photo_working')}
        {hasFailed && working === 0 && say('door.photo_failed')}
      </p>
    </fieldset>
  );
}

function Photo({
  photo,
  index,
  onRemove,
}: {
  readonly photo: DriverFile;
  readonly index: number;
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
      <img src={url} alt={`${say('door.photo')} ${index}`} />
      <button
        type="button"
        aria-label={say('door.remove_photo', { number: index })}
        onClick={onRemove}
      >
        ×
      </button>
    </div>
  );
}
