/** How long after the release of a finger its click may come. */
const CLICK_AFTER_MS = 100;

let released = Promise.resolve();
let release = () => {};

/** Resolves when nothing is pressed: a button that moves between press and release gets no click. */
export async function whenReleased(): Promise<void> {
  let awaited: typeof released;
  do {
    awaited = released;
    await awaited;
  } while (awaited !== released);
}

function press(): void {
  release();
  released = new Promise((resolve) => {
    release = resolve;
  });
}

// Only on what acts on a click: scroll bars and the lists of selects report no release.
addEventListener('pointerdown', ({ target, button }) => {
  const acts = target instanceof Element && target.closest('a, button, input, label, summary');
  if (acts && button === 0) press();
});
addEventListener('keydown', ({ key }) => key === ' ' && press());
for (const kind of ['pointerup', 'pointercancel', 'keyup', 'blur']) {
  addEventListener(kind, () => setTimeout(release, CLICK_AFTER_MS));
}
