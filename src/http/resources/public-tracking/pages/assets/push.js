// Offers notifications on this device, where the browser can show them. The page has other ways without.

const SUBSCRIBE_MS = 15_000;

/** The key as the browser wants it. */
function bytesOf(base64url) {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** Until the worker of this registration runs; only then can the browser subscribe. */
function untilActive(registration) {
  if (registration.active !== null) return Promise.resolve();
  const worker = registration.installing ?? registration.waiting;
  return new Promise((resolve, reject) => {
    const style = () => {
      if (worker === null || worker.state === 'redundant') reject(new Error('no worker'));
      if (worker?.state === 'activated') resolve();
    };
    worker?.addEventListener('statechange', style);
    style();
  });
}

/**
 * What the push service of this browser gave for this key. A registration holds one subscription, and
 * merchants have different keys: each key has its own, so that none ends what another one sends.
 */
async function subscriptionOf({ worker, key }) {
  const scope = `/track/?push=${key.replaceAll('=', '')}`;
  const registration = await navigator.serviceWorker.register(worker, { scope });
  await untilActive(registration);
  // What is there already with this key is answered again.
  return registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytesOf(key),
  });
}

async function subscribe(form) {
  if ((await Notification.requestPermission()) !== 'granted') throw new Error('not allowed');
  // Where its push service cannot be reached, a browser goes on trying for ever.
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error('late')), SUBSCRIBE_MS);
  });
  const subscription = await Promise.race([subscriptionOf(form.dataset), late]);
  form.elements.namedItem('address').value = JSON.stringify(subscription);
  form.submit();
}

function offer(form) {
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const button = form.querySelector('button');
    button.disabled = true;
    subscribe(form).catch(() => {
      button.disabled = false;
      form.querySelector('.wrong').hidden = false;
    });
  });
}

function begin() {
  const form = document.querySelector('form[data-key]');
  const can = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
  if (form !== null && can) offer(form);
}

if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', begin);
else begin();
