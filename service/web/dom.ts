/** The element of an id in index.html, of the class it is there. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`index.html has no ${type.name} with the id "${id}".`);
}

type Attributes = Readonly<Record<string, string>>;

/** An element with its attributes and children; text is never read as HTML. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

/**
 * Replaces the content of an element. If the focus was in it, moves the focus to the new element
 * with the same `data-key`.
 */
export function replaceKeepingFocus(place: HTMLElement, ...content: readonly Node[]): void {
  const active = document.activeElement;
  const key =
    active instanceof HTMLElement && place.contains(active) ? active.dataset.key : undefined;
  place.replaceChildren(...content);
  if (key === undefined) return;
  const next = place.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (next instanceof HTMLElement) next.focus({ preventScroll: true });
}
