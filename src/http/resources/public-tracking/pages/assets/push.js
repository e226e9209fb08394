// Offers notifications on this device, where the browser can show them. The page has other ways without.

/** The key as the browser wants it. */
function bytesOf(base64url) {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

async function subscribe(form) {
  if ((await Notification.requestPermission()) !== 'granted') throw new Error('not allowed');
  const { worker, key } = form.dataset;
  await navigator.serviceWorker.register(worker, { scope: '/track/' });
  const registration = await navigator.serviceWorker.getRegistration('/track/');
  const before = await registration.pushManager.getSubscription();
  // Of another key it is of no use.
  const isOurs =
    before?.options?.applicationServerKey &&
    String(new Uint8Array(before.options.applicationServerKey)) === String(bytesOf(key));
  if (before !== null && !isOurs) await before.unsubscribe();
  const subscription = isOurs
    ? before
    : await registration.pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey: bytesOf(key),
      });
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
