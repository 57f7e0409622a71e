import { byId } from './dom.ts';

const STORAGE_KEY = 'api-key';

let key = keyOfTab();

/** The API key that the visitor gave in this tab. */
export function storedKey(): string | null {
  return key;
}

let asking: Promise<boolean> | undefined;
let declined = false;

/** Lets the visitor be asked again who said "not now": they have just asked for something. */
export function allowAsking(): void {
  declined = false;
}

/**
 * Asks the visitor for a key, once for all requests that want one. Whether to try again.
 *
 * @param refused the key that the service has just refused, if one was sent.
 */
export async function askForKey(refused: string | null): Promise<boolean> {
  // Another request may have got a key while this one was under way.
  if (storedKey() !== refused) return true;
  if (declined) return false;
  asking ??= showDialog(refused !== null).finally(() => {
    asking = undefined;
  });
  return asking;
}

async function showDialog(wasRefused: boolean): Promise<boolean> {
  const dialog = byId('key-dialog', HTMLDialogElement);
  const input = byId('key-input', HTMLInputElement);
  const problem = byId('key-problem', HTMLParagraphElement);
  problem.hidden = !wasRefused;
  problem.textContent = wasRefused ? 'That key is not valid. Is it complete?' : '';
  input.value = '';
  dialog.returnValue = '';
  byId('key-cancel', HTMLButtonElement).onclick = () => dialog.close('');
  const closed = new Promise((resolve) => {
    dialog.addEventListener('close', resolve, { once: true });
  });
  dialog.showModal();
  await closed;
  declined = dialog.returnValue !== 'use';
  if (!declined) keep(input.value.trim());
  return !declined;
}

/** Null also where the browser refuses to store data of sites. */
function keyOfTab(): string | null {
  try {
    return sessionStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}

function keep(given: string): void {
  key = given;
  try {
    sessionStorage.setItem(STORAGE_KEY, given);
  } catch {
    // The page keeps it until it is left.
  }
}
