import { queryOf, readView, type View } from './view.ts';

type Listener = (view: View) => void;

/** The view that the address names, so that it can be bookmarked, reloaded and gone back to. */
export class PageView {
  readonly #listeners: Listener[] = [];
  #view = readView(location.search);

  constructor() {
    window.addEventListener('popstate', () => this.#set(readView(location.search)));
  }

  get current(): View {
    return this.#view;
  }

  /** Calls a listener with each later view. */
  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  change(part: Partial<View>): void {
    const view = { ...this.#view, ...part };
    if (queryOf(view) === queryOf(this.#view)) return;
    history.pushState(null, '', `${location.pathname}${queryOf(view)}`);
    this.#set(view);
  }

  #set(view: View): void {
    this.#view = view;
    for (const listener of this.#listeners) listener(view);
  }
}
